import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { giveAnswers } from './answers.ts'
import { knownClassId } from './class-changes.ts'
import { StoreFullError } from './errors.ts'
import { verifyStore } from './integrity.ts'
import { openRound, people, taskOf } from './round.fixture.ts'
import { Store } from './store.ts'

/** A disk of two megabytes; null where this user may not make one. */
function smallDisk(t: TestContext): string | null {
  if (process.getuid?.() !== 0) return null
  const folder = fs.mkdtempSync(join(tmpdir(), 'oltr-disk-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder])
  t.after(() => {
    if (status === 0) spawnSync('umount', ['-l', folder])
    fs.rmdirSync(folder)
  })
  return status === 0 ? folder : null
}

async function answersIn(store: Store): Promise<number> {
  return (await store.db.selectFrom('answer').select('uuid').execute()).length
}

test('a real disk that fills: the store keeps what it acknowledged, opens, and goes on', async (t) => {
  const disk = smallDisk(t)
  if (disk === null) return t.skip('only root may mount a small disk')
  const ballast = join(disk, 'ballast')
  fs.writeFileSync(ballast, Buffer.alloc(600_000))
  const place = join(disk, 'studio.sqlite')
  let store = await Store.open(place)
  await openRound(store, 20)
  const [person] = (await people(store, 1)) as [string]
  const give = () =>
    giveAnswers(
      store,
      person,
      Array.from({ length: 10 }, (_, at) => ({
        uuid: randomUUID(),
        task: taskOf(at),
        verdict: { kind: 'class', class: knownClassId('coot') },
        note: 'n'.repeat(900),
      })),
    )
  let acknowledged = 0
  await assert.rejects(async () => {
    for (;;) acknowledged += (await give()).length
  }, StoreFullError)
  assert.equal(await answersIn(store), acknowledged)
  await store.close()
  store = await Store.open(place)
  t.after(() => store.close())
  assert.equal(await answersIn(store), acknowledged)
  fs.rmSync(ballast)
  acknowledged += (await give()).length
  assert.equal(await answersIn(store), acknowledged)
  await verifyStore(store)
  t.diagnostic(`${acknowledged} answers on a disk of 2 MB`)
})
