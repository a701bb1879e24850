import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { giveAnswers } from './answers.ts'
import { knownClassId } from './class-changes.ts'
import { opened, sqlite, temporaryFolder } from './databases.fixture.ts'
import { verifyStore } from './integrity.ts'
import { openRound, people, taskOf } from './round.fixture.ts'
import { Store } from './store.ts'

const FULL = process.env.STUDIO_FULL === '1'
const ANSWERING = fileURLToPath(new URL('./answering.fixture.ts', import.meta.url))
const TASKS = 200

async function prepared(t: TestContext): Promise<{ place: string; person: string }> {
  const place = join(temporaryFolder(t), 'studio.sqlite')
  const store = await Store.open(place)
  await openRound(store, TASKS)
  const [person] = (await people(store, 1)) as [string]
  await store.close()
  return { place, person }
}

test('a server that is killed loses no acknowledged answer, and keeps no half of a request', async (t) => {
  const { place, person } = await prepared(t)
  const kills = FULL ? 200 : 10
  const acknowledged = new Set<string>()
  let slowest = 0
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(process.execPath, [ANSWERING, place, person, String(TASKS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('open ')) setTimeout(() => child.kill('SIGKILL'), 5 + ((kill * 37) % 120))
      // A line that the kill cut in two was not acknowledged.
      else for (const uuid of line.split(' ')) if (uuid.length === 36) acknowledged.add(uuid)
    })
    await ended
    const start = performance.now()
    const store = await Store.open(place)
    slowest = Math.max(slowest, performance.now() - start)
    const { count } = await store.db
      .selectFrom('answer')
      .select((e) => e.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    assert.equal(Number(count) % 3, 0, 'requests are whole')
    await store.close()
  }
  const store = await Store.open(place)
  t.after(() => store.close())
  const kept = new Set((await store.db.selectFrom('answer').select('uuid').execute()).map(({ uuid }) => uuid))
  const lost = [...acknowledged].filter((uuid) => !kept.has(uuid))
  assert.deepEqual(lost, [])
  await verifyStore(store)
  assert.ok(acknowledged.size > 0)
  assert.ok(slowest < 2000)
  t.diagnostic(
    `${kills} kills, ${acknowledged.size} acknowledged answers, 0 lost; opened again in ${slowest.toFixed(0)} ms at most`,
  )
})

test('every acknowledgement comes after a sync of the disk', {
  skip: spawnSync('strace', ['-V']).error ? 'no strace: apt-get install strace' : false,
}, async (t) => {
  const { place, person } = await prepared(t)
  const trace = join(temporaryFolder(t), 'trace')
  const child = spawn(
    'strace',
    [
      '-f',
      '-o',
      trace,
      '-e',
      'trace=fsync,fdatasync,write',
      process.execPath,
      ANSWERING,
      place,
      person,
      String(TASKS),
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  let lines = 0
  await new Promise((resolve) => {
    let traced = 0
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('open ')) traced = Number(line.slice('open '.length))
      else if (++lines === 20) process.kill(traced, 'SIGKILL')
    })
    child.on('close', resolve)
  })
  let synced = false
  let acknowledgements = 0
  for (const line of fs.readFileSync(trace, 'utf8').split('\n')) {
    if (/ f(data)?sync\(/.test(line)) synced = true
    // What the child says after each request.
    if (!/ write\(1, "[0-9a-f]{8}-/.test(line)) continue
    assert.ok(synced, `acknowledgement ${acknowledgements} without a sync`)
    acknowledgements++
    synced = false
  }
  assert.ok(acknowledgements >= 15, `${acknowledgements} acknowledgements seen`)
})

test('a full disk is said to be full, keeps nothing of the request, and goes on when there is room', async (t) => {
  const store = await opened(t, sqlite)
  await openRound(store, 20)
  const [person] = (await people(store, 1)) as [string]
  const answer = (at: number) => ({
    uuid: randomUUID(),
    task: taskOf(at % 20),
    verdict: { kind: 'class' as const, class: knownClassId('coot') },
    note: 'n'.repeat(900),
  })
  const count = async () =>
    Number(
      (
        await store.db
          .selectFrom('answer')
          .select((e) => e.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow()
      ).count,
    )
  const pages = () => (store.sqlite!.prepare('pragma page_count').get() as { page_count: number }).page_count
  let faults = 0
  for (let room = 0; room < 40; room++) {
    store.sqlite!.exec(`pragma max_page_count = ${pages() + room}`)
    const before = await count()
    try {
      await giveAnswers(
        store,
        person,
        Array.from({ length: 12 }, (_, at) => answer(at)),
      )
      assert.equal(await count(), before + 12)
      if (room > 0 && faults > 0) break
    } catch (error) {
      assert.equal((error as Error).name, 'StoreFullError')
      assert.match((error as Error).message, /free some space/)
      assert.equal(await count(), before, 'nothing of it was kept')
      faults++
    }
  }
  assert.ok(faults > 3, `${faults} faults`)
  store.sqlite!.exec('pragma max_page_count = 1073741823')
  await giveAnswers(store, person, [answer(0)])
  await verifyStore(store)
  t.diagnostic(`full at ${faults} different pages of one request`)
})

test('a second process is refused at once and told who has the store; a killed one leaves it free', async (t) => {
  const { place, person } = await prepared(t)
  const child = spawn(process.execPath, [ANSWERING, place, person, String(TASKS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const ended = new Promise((resolve) => child.on('close', resolve))
  await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  const start = performance.now()
  await assert.rejects(Store.open(place), (error: Error) => {
    assert.equal(error.name, 'StoreBusyError')
    assert.match(error.message, new RegExp(`pid ${child.pid}`))
    return true
  })
  assert.ok(performance.now() - start < 1000)
  child.kill('SIGKILL')
  await ended
  const store = await Store.open(place)
  await store.close()
})
