import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { giveAnswers } from './answers.ts'
import { knownClassId } from './class-changes.ts'
import {
  crashPostgres,
  noPostgres,
  onBoth,
  opened,
  postgres,
  postgresProcess,
  sqlite,
  temporaryFolder,
} from './databases.fixture.ts'
import { verifyStore } from './integrity.ts'
import { openRound, people, taskOf } from './round.fixture.ts'
import { Store } from './store.ts'

const FULL = process.env.STUDIO_FULL === '1'
const ANSWERING = fileURLToPath(new URL('./answering.fixture.ts', import.meta.url))
const TASKS = 200

async function prepared(t: TestContext, database = sqlite): Promise<{ place: string; person: string }> {
  const place = await database.place(t)
  const store = await Store.open(place)
  await openRound(store, TASKS)
  const [person] = (await people(store, 1)) as [string]
  await store.close()
  return { place, person }
}

onBoth(
  'a server that is killed loses no acknowledged answer, and keeps no half of a request',
  async (t, database) => {
    const { place, person } = await prepared(t, database)
    const kills = FULL ? 200 : database.name === 'SQLite' ? 10 : 4
    const acknowledged = new Set<string>()
    let slowest = 0
    let crashes = 0
    for (let kill = 0; kill < kills; kill++) {
      const crash = database.name === 'PostgreSQL' && kill % 4 === 1
      const child = spawn(process.execPath, [ANSWERING, place, person, String(TASKS)], {
        // What it says of a database that went away is no news.
        stdio: ['ignore', 'pipe', crash ? 'ignore' : 'inherit'],
      })
      const ended = once(child, 'close')
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('open '))
          setTimeout(() => (crash ? crashPostgres() : child.kill('SIGKILL')), 5 + ((kill * 37) % 120))
        // A line that the kill cut in two was not acknowledged.
        else for (const uuid of line.split(' ')) if (uuid.length === 36) acknowledged.add(uuid)
      })
      const [, signal] = await ended
      assert.equal(signal, crash ? null : 'SIGKILL')
      if (crash) crashes++
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
    const rows = await store.db.selectFrom('answer').select('uuid').execute()
    const kept = new Set(rows.map(({ uuid }) => uuid))
    const lost = [...acknowledged].filter((uuid) => !kept.has(uuid))
    assert.deepEqual(lost, [])
    await verifyStore(store)
    assert.ok(acknowledged.size > 0)
    assert.ok(slowest < 2000)
    t.diagnostic(
      `${kills} kills${crashes > 0 ? `, ${crashes} of them crashes of PostgreSQL` : ''}; ${acknowledged.size} acknowledged` +
        ` answers, 0 lost; opened again in ${slowest.toFixed(0)} ms at most`,
    )
  },
)

const noStrace = spawnSync('strace', ['-V']).error ? 'no strace: apt-get install strace' : false

for (const database of [sqlite, postgres])
  test(`${database.name}: every acknowledgement comes after a sync of the disk`, {
    skip: noStrace || (database === postgres && noPostgres),
  }, async (t) => {
    const { place, person } = await prepared(t, database)
    const folder = temporaryFolder(t)
    const traced = (name: string, calls: string, what: readonly string[]) =>
      spawn('strace', ['-f', '-ttt', '-o', join(folder, name), '-e', `trace=${calls}`, ...what], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    // The server of PostgreSQL syncs for its clients.
    const server =
      database === postgres ? traced('server', 'fsync,fdatasync', ['-p', String(postgresProcess())]) : null
    if (server) {
      const [said] = (await once(server.stderr, 'data')) as [Buffer]
      if (!/attached/.test(said.toString())) return t.skip('strace may not look at another process here')
    }
    const child = traced('child', 'fsync,fdatasync,write', [
      process.execPath,
      ANSWERING,
      place,
      person,
      String(TASKS),
    ])
    child.stderr.resume()
    let lines = 0
    let answering = 0
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('open ')) answering = Number(line.slice('open '.length))
      else if (++lines === 20) process.kill(answering, 'SIGKILL')
    })
    await once(child, 'close')
    if (server) {
      server.kill('SIGINT')
      await once(server, 'close')
    }
    const calls = ['server', 'child']
      .map((name) => join(folder, name))
      .filter((file) => fs.existsSync(file))
      .flatMap((file) => fs.readFileSync(file, 'utf8').split('\n'))
      .sort((a, b) => timeOf(a) - timeOf(b))
    let synced = false
    let acknowledgements = 0
    for (const line of calls) {
      if (/ f(data)?sync(\(| resumed>).*= 0$/.test(line)) synced = true
      // What the child says after each request.
      if (!/ write\(1, "[0-9a-f]{8}-/.test(line)) continue
      assert.ok(synced, `acknowledgement ${acknowledgements} without a sync`)
      acknowledgements++
      synced = false
    }
    assert.ok(acknowledgements >= 15, `${acknowledgements} acknowledgements seen`)
  })

/** Seconds of a line of a trace: `pid seconds call(…`. */
function timeOf(line: string): number {
  return Number(line.split(/\s+/)[1] ?? 0)
}

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
