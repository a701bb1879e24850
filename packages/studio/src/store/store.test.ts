import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { giveAnswers, setUndone } from './answers.ts'
import { backupStore, moveStore, restoreBackup, verifyBackup } from './backup.ts'
import { claimTasks } from './claims.ts'
import { changeClasses, createClass, knownClassId } from './class-changes.ts'
import {
  noPostgres,
  onBoth,
  opened,
  postgres,
  sqlite,
  type TestDatabase,
  temporaryFolder,
} from './databases.fixture.ts'
import { verifyChain } from './event-chain.ts'
import { event } from './events.ts'
import { rebuildViews, stateHash, verifyStore } from './integrity.ts'
import { addJob, endJob, SILENCE, takeJob } from './jobs.ts'
import { hashOf, openSession, personOf, removePerson, renewLink } from './people.ts'
import { openRound, people, taskOf } from './round.fixture.ts'
import { judgeRound } from './round-consensus.ts'
import { Store } from './store.ts'

const FULL = process.env.STUDIO_FULL === '1'
const heron = knownClassId('heron')
const named = (task: string, id = heron) => ({
  uuid: randomUUID(),
  task,
  verdict: { kind: 'class' as const, class: id },
})
const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!

/** Twenty people name the images of a round, five at a time; several servers share a PostgreSQL, a SQLite file has one. */
async function nameTogether(
  t: TestContext,
  database: TestDatabase,
  { tasks, rest }: { tasks: number; rest: number },
): Promise<Map<string, string[]>> {
  const place = await database.place(t)
  const servers = await Promise.all(
    Array.from({ length: database.name === 'PostgreSQL' ? 4 : 1 }, () => Store.open(place)),
  )
  t.after(() => Promise.all(servers.map((server) => server.close())))
  await openRound(servers[0]!, tasks, 3)
  const crowd = await people(servers[0]!, 20)
  // Connections are there: opening them is no part of a claim.
  await Promise.all(servers.flatMap((store) => Array.from({ length: 10 }, () => store.settings())))
  const times: { claim: number[]; answer: number[] } = { claim: [], answer: [] }
  const given = new Map<string, string[]>()
  const timed = async <T>(what: keyof typeof times, action: Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await action
    times[what].push(performance.now() - start)
    return result
  }
  await Promise.all(
    crowd.map(async (person, at) => {
      const store = servers[at % servers.length]!
      // People do not begin in the same millisecond.
      await setTimeout((rest * at) / crowd.length)
      for (;;) {
        const { tasks: claimed, left } = await timed('claim', claimTasks(store, person, 1, 5))
        if (left === 0) return
        for (const { id } of claimed) given.set(id, [...(given.get(id) ?? []), person])
        // Where there is nothing, others are busy with what is left.
        await setTimeout(claimed.length === 0 ? 20 : rest)
        if (claimed.length > 0)
          await timed(
            'answer',
            giveAnswers(
              store,
              person,
              claimed.map(({ id }) => named(id)),
            ),
          )
      }
    }),
  )
  for (const [what, values] of Object.entries(times))
    t.diagnostic(
      `${what}: p50 ${quantile(values, 0.5).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms`,
    )
  const all = [...times.claim, ...times.answer]
  // Beside other tests, on two cores, the slowest say nothing: at full size it runs alone.
  if (rest > 0 && FULL) assert.ok(quantile(all, 0.99) < 50)
  if (rest > 0) assert.ok(quantile(all, 0.5) < 200)
  return given
}

onBoth(
  'twenty people, three to a task: nobody gets one twice, and nothing is locked',
  async (t, database) => {
    const tasks = FULL ? 1000 : 60
    const given = await nameTogether(t, database, { tasks, rest: 0 })
    assert.equal(given.size, tasks)
    for (const [task, who] of given) assert.equal(new Set(who).size, 3, `${task}: ${who.length} answers`)
  },
)

onBoth('twenty people who name five images a second each wait for nothing', async (t, database) => {
  await nameTogether(t, database, { tasks: FULL ? 1000 : 60, rest: FULL ? 1000 : 500 })
})

onBoth(
  'a claim that runs out goes to somebody else once, whatever the clock does; a late answer counts',
  async (t, database) => {
    let clock = 1_000_000_000
    const store = await opened(t, database, () => clock)
    await openRound(store, 1, 1)
    const [ann, bea] = (await people(store, 2)) as [string, string]
    assert.equal((await claimTasks(store, ann, 1, 5)).tasks.length, 1)
    assert.equal((await claimTasks(store, bea, 1, 5)).tasks.length, 0)
    clock += 16 * 60_000
    assert.equal((await claimTasks(store, bea, 1, 5)).tasks.length, 1)
    // A closed laptop opens again: the answer is an extra vote.
    await giveAnswers(store, ann, [named(taskOf(0))])
    await giveAnswers(store, bea, [named(taskOf(0))])
    assert.equal((await judgeRound(store, 1)).tasks[0]!.answers.length, 2)
    assert.equal((await claimTasks(store, ann, 1, 5)).tasks.length, 0)
    for (const jump of [86_400_000, -2 * 86_400_000]) {
      const again = await opened(t, database, () => clock)
      await openRound(again, 1, 1)
      const [cy, dan] = (await people(again, 2)) as [string, string]
      await claimTasks(again, cy, 1, 1)
      clock += jump
      assert.equal((await claimTasks(again, dan, 1, 1)).tasks.length, 1, `after a jump of ${jump}`)
    }
  },
)

onBoth('two people who make the same class at once make one', async (t, database) => {
  const store = await opened(t, database)
  const made = await Promise.all(
    ['Black Stork', 'black  stork', 'BLACK STORK', 'Black Stork'].map((name) =>
      createClass(store, { uuid: randomUUID(), name }, 'p'),
    ),
  )
  assert.equal(new Set(made.map(({ id }) => id)).size, 1)
  assert.equal(made.filter(({ created }) => created).length, 1)
  await assert.rejects(createClass(store, { uuid: randomUUID(), name: ' \u200b ' }, 'p'), {
    name: 'RefusedError',
  })
})

onBoth(
  'everything follows from the events: views made anew are the same, and undoing leads back',
  async (t, database) => {
    const store = await opened(t, database)
    await openRound(store, 12)
    const [ann, bea] = (await people(store, 2)) as [string, string]
    const { id: stork } = await createClass(store, { uuid: randomUUID(), name: 'stork' }, ann)
    const { id: storks } = await createClass(store, { uuid: randomUUID(), name: 'storks' }, bea)
    const answers = Array.from({ length: 12 }, (_, at) => named(taskOf(at), at < 6 ? storks : heron))
    await giveAnswers(store, ann, answers)
    // Sent again, by a second tab: once is enough.
    await giveAnswers(store, ann, answers)
    await giveAnswers(
      store,
      bea,
      answers.map(({ task }) => named(task, stork)),
    )
    const { answers: rows } = await judgeRound(store, 1)
    assert.equal(rows.length, 24)
    const classes = async () => (await store.classes()).stateHash()
    const before = await classes()
    const merge = event('class.merge', { from: storks, into: stork }, bea, randomUUID()) as never
    await changeClasses(store, merge)
    assert.equal((await judgeRound(store, 1)).tasks.filter(({ class: id }) => id === stork).length, 6)
    const distinct = event('class.distinct', { class: stork, other: heron }, bea, randomUUID()) as never
    await changeClasses(store, distinct)
    assert.equal((await store.classes()).apart(storks, heron), true)
    const images = (
      await store.db.selectFrom('task').select('image').orderBy('position').limit(3).execute()
    ).map(({ image }) => image)
    const uuid = randomUUID()
    const split = event(
      'class.split',
      { class: stork, into: `c-${uuid}`, name: 'marabou', images },
      bea,
      uuid,
    ) as never
    await changeClasses(store, split)
    const marabous = (await judgeRound(store, 1)).tasks.filter(({ class: id }) => id === `c-${uuid}`)
    assert.equal(marabous.length, 3)
    await setUndone(store, { id: ann, role: 'annotator' }, [answers[0]!.uuid], true)
    await assert.rejects(setUndone(store, { id: bea, role: 'annotator' }, [answers[1]!.uuid], true), {
      reason: 'missing',
    })
    await store.add([
      event(
        'review.settled',
        { task: taskOf(9), verdict: { kind: 'class', class: heron } },
        bea,
        randomUUID(),
      ),
    ])
    await store.add([
      event('review.sent-back', { task: taskOf(10), comment: 'look again' }, bea, randomUUID()),
    ])
    const state = await stateHash(store)
    await rebuildViews(store)
    assert.equal(await stateHash(store), state)
    for (const target of [uuid, ...[distinct, merge].map((one: { uuid: string }) => one.uuid)])
      await changeClasses(store, event('class.undo', { target }, bea, randomUUID()) as never)
    assert.equal(await classes(), before)
    assert.equal((await judgeRound(store, 1)).tasks.filter(({ class: id }) => id === `c-${uuid}`).length, 0)
    await rebuildViews(store)
    await verifyStore(store)
  },
)

onBoth('any change of an event is found', async (t, database) => {
  const store = await opened(t, database)
  await openRound(store, 3)
  const [ann] = (await people(store, 1)) as [string]
  await giveAnswers(store, ann, [named(taskOf(0)), named(taskOf(1))])
  const { events } = await verifyChain(store.db)
  for (let at = 0; at < (FULL ? 500 : 60); at++) {
    const seq = 1 + (at % events)
    const column = (['uuid', 'at', 'actor', 'kind', 'body', 'prev', 'hash'] as const)[at % 7]!
    const row = await store.db
      .selectFrom('event')
      .selectAll()
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow()
    const value = row[column]
    const text = String(value)
    const place = (at * 31) % Math.max(1, text.length)
    const flipped =
      typeof value === 'number'
        ? value ^ 1
        : text === ''
          ? 'x'
          : text.slice(0, place) + String.fromCharCode(text.charCodeAt(place) ^ 1) + text.slice(place + 1)
    await store.db
      .updateTable('event')
      .set({ [column]: flipped })
      .where('seq', '=', seq)
      .execute()
    await assert.rejects(verifyChain(store.db), { name: 'StoreDamagedError' }, `${column} of ${seq}`)
    await store.db
      .updateTable('event')
      .set({ [column]: value })
      .where('seq', '=', seq)
      .execute()
  }
  await sql`delete from event where seq = 2`.execute(store.db)
  await assert.rejects(verifyChain(store.db), { name: 'StoreDamagedError' })
})

onBoth('a backup made while people work is whole, is checked, and comes back', async (t, database) => {
  const store = await opened(t, database)
  await openRound(store, 40)
  const [ann] = (await people(store, 1)) as [string]
  const file = join(temporaryFolder(t), 'backup.sqlite')
  const working = (async () => {
    for (let at = 0; at < 40; at++) await giveAnswers(store, ann, [named(taskOf(at))])
  })()
  const record = await backupStore(store, file)
  await working
  const back = join(temporaryFolder(t), 'back.sqlite')
  assert.equal((await restoreBackup(file, back)).state, record.state)
  const bytes = fs.readFileSync(file)
  for (let at = 0; at < (FULL ? 500 : 60); at++) {
    const flipped = Buffer.from(bytes)
    const place = Math.floor((at * bytes.length) / 500)
    flipped[place]! ^= 1 << (at % 8)
    fs.writeFileSync(file, flipped)
    await assert.rejects(verifyBackup(file), { name: 'StoreDamagedError' })
  }
})

test('from SQLite to PostgreSQL and back nothing is lost', { skip: noPostgres }, async (t) => {
  const store = await opened(t, sqlite)
  await openRound(store, 25)
  const [ann, bea] = (await people(store, 2)) as [string, string]
  await giveAnswers(
    store,
    ann,
    Array.from({ length: 25 }, (_, at) => named(taskOf(at))),
  )
  const { id: bird } = await createClass(store, { uuid: randomUUID(), name: 'Ära 鳥 🐦' }, bea)
  await changeClasses(
    store,
    event('class.distinct', { class: bird, other: heron }, bea, randomUUID()) as never,
  )
  const state = await stateHash(store)
  const there = await postgres.place(t)
  assert.equal((await moveStore(store, there)).state, state)
  await assert.rejects(moveStore(store, there), { reason: 'conflict' })
  const onPostgres = await Store.open(there)
  t.after(() => onPostgres.close())
  const back = join(temporaryFolder(t), 'back.sqlite')
  assert.equal((await moveStore(onPostgres, back)).state, state)
  assert.equal((await onPostgres.classes()).apart(heron, bird), true)
})

onBoth(
  'a job is done by one server, and given to another when that one falls silent',
  async (t, database) => {
    let clock = 1_000_000
    const place = await database.place(t)
    const store = await Store.open(place, { now: () => clock })
    t.after(() => store.close())
    const other = database.name === 'PostgreSQL' ? await Store.open(place, { now: () => clock }) : store
    if (other !== store) t.after(() => other.close())
    const job = { kind: 'map' as const, input: { round: 1 }, label: 'a map', by: 'p' }
    const { id } = await addJob(store, job)
    assert.equal((await addJob(store, job)).id, id, 'the same work is not asked for twice')
    const taken = await Promise.all([takeJob(store, 'a'), takeJob(other, 'b')])
    assert.equal(taken.filter((row) => row !== null).length, 1)
    const first = taken[0] ? 'a' : 'b'
    assert.equal(await takeJob(other, 'c'), null)
    clock += SILENCE + 1
    assert.equal((await takeJob(other, 'c'))?.id, id)
    await endJob(store, id, first, { outcome: 'too late' })
    await endJob(store, id, 'c', { outcome: 'done' })
    const row = await store.db.selectFrom('job').selectAll().executeTakeFirstOrThrow()
    assert.equal(row.outcome, 'done')
  },
)

onBoth('links and sessions are kept as hashes, and end at once', async (t, database) => {
  const store = await opened(t, database)
  const [ann] = (await people(store, 1)) as [string]
  const { token } = await renewLink(store, ann)
  const { session } = (await openSession(store, token))!
  assert.equal((await personOf(store, session))?.id, ann)
  for (const table of ['event', 'link', 'session', 'person'] as const) {
    const rows = JSON.stringify(await store.db.selectFrom(table).selectAll().execute())
    assert.ok(!rows.includes(token) && !rows.includes(session), `${table} holds no secret`)
  }
  assert.equal(
    (await store.db.selectFrom('link').select('hash').where('person', '=', ann).executeTakeFirst())?.hash,
    hashOf(token),
  )
  await removePerson(store, ann, 'system')
  assert.equal(await personOf(store, session), null)
  assert.equal(await openSession(store, token), null)
})
