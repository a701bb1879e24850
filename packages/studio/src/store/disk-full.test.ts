import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { giveAnswers } from './answers.ts'
import { knownClassId } from './class-changes.ts'
import { StoreFullError } from './errors.ts'
import { verifyStore } from './integrity.ts'
import { openRound, people, taskOf } from './round.fixture.ts'
import { Store } from './store.ts'

const ANSWERING = fileURLToPath(new URL('./answering.fixture.ts', import.meta.url))

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

test('a server that dies of a full disk: the store opens while the disk is full, with all that was acknowledged', async (t) => {
  const disk = smallDisk(t)
  if (disk === null) return t.skip('only root may mount a small disk')
  const ballast = join(disk, 'ballast')
  fs.writeFileSync(ballast, Buffer.alloc(600_000))
  const place = join(disk, 'studio.sqlite')
  const filling = await Store.open(place)
  await openRound(filling, 20)
  const [person] = (await people(filling, 1)) as [string]
  await filling.close()
  const { stdout, stderr, status } = spawnSync(process.execPath, [ANSWERING, place, person, '20'], {
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  assert.match(stderr, /StoreFullError.*free some space on the disk/)
  const acknowledged = stdout.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []
  assert.ok(acknowledged.length > 0)
  const start = performance.now()
  const store = await Store.open(place)
  const took = performance.now() - start
  t.after(() => store.close())
  assert.equal(await answersIn(store), acknowledged.length)
  fs.rmSync(ballast)
  await giveAnswers(store, person, [
    { uuid: randomUUID(), task: taskOf(0), verdict: { kind: 'class', class: knownClassId('coot') } },
  ])
  assert.equal(await answersIn(store), acknowledged.length + 1)
  await verifyStore(store)
  assert.ok(took < 2000)
  t.diagnostic(`${acknowledged.length} answers; opened on the full disk in ${took.toFixed(0)} ms`)
})
