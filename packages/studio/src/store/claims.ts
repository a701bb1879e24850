// Who gets which image: a claim is a lease, for some minutes, on a task. As many people as the overlap says see an image, never
// the same one twice; what somebody leaves lying goes to another.

import { setTimeout } from 'node:timers/promises'
import { type Kysely, type SelectQueryBuilder, sql, type Transaction } from 'kysely'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export type TaskRow = Tables['task']

export interface Claimed {
  readonly tasks: readonly (TaskRow & { until: number })[]
  /** Tasks of the round that still need an answer of this person's, those that others are busy with included. */
  readonly left: number
}

interface Asking {
  readonly person: string
  readonly overlap: number
  readonly now: number
}

/** How often the queue is read where others are about to take all that was found, and the pause between, in milliseconds. */
const ATTEMPTS = 10
const PAUSE = 5
/** Clocks of several servers, and claims that overlap in time, differ by less; in milliseconds. */
const CLOCK_DIFFERENCE = 60_000

/** The newest round that has something left for a person, else the newest; null where there is none. */
export async function roundFor(store: Store, person: string): Promise<number | null> {
  const rounds = await store.db.selectFrom('round').select('number').orderBy('number', 'desc').execute()
  for (const { number } of rounds) if (await somethingOpen(store, person, number)) return number
  return rounds[0]?.number ?? null
}

async function somethingOpen(store: Store, person: string, round: number): Promise<boolean> {
  const { overlap } = await store.settings()
  const open = openTo(store.db, { person, overlap, now: store.now() }).where('round', '=', round)
  return (await open.select('id').limit(1).executeTakeFirst()) !== undefined
}

/**
 * Claims up to `count` tasks of a round for a person: those that are theirs already first, whose time begins anew, then the
 * queue in its order. Nobody waits for anybody: what another claim is about to take is passed over.
 */
export async function claimTasks(
  store: Store,
  person: string,
  round: number,
  count: number,
): Promise<Claimed> {
  for (let attempt = 1; ; attempt++) {
    const claimed = await store.transaction((trx) => claimOnce(store, trx, person, round, count))
    if (claimed.tasks.length > 0 || attempt === ATTEMPTS) return claimed
    // Where others were about to take everything that was found, something may be left when they are done.
    if (!(await somethingOpen(store, person, round))) return claimed
    await setTimeout(PAUSE)
  }
}

async function claimOnce(
  store: Store,
  trx: Transaction<Tables>,
  person: string,
  round: number,
  count: number,
): Promise<Claimed> {
  const { overlap, leaseMinutes } = await store.settings(trx)
  const granted = store.now()
  const expires = granted + leaseMinutes * 60_000
  const asking = { person, overlap, now: granted }
  const open = openTo(trx, asking)
  const queue = open.where('round', '=', round).orderBy('position').select('id')
  const leases = await liveLeases(trx, granted).where('person', '=', person).select('task').execute()
  const theirs = leases.map(({ task }) => task)
  const ids = theirs.length === 0 ? [] : await locked(store, queue.where('id', 'in', theirs).limit(count))
  const wanted = count - ids.length
  const others = theirs.length === 0 ? queue : queue.where('id', 'not in', theirs)
  if (wanted > 0) ids.push(...(await locked(store, others.limit(wanted))))
  const left = await countUnanswered(trx, round, asking)
  if (ids.length === 0) return { tasks: [], left }
  // Asked again, now that nobody else can claim them: another claim may have come between the two.
  const tasks = await open.selectAll().where('id', 'in', ids).orderBy('position').execute()
  if (tasks.length > 0)
    await trx
      .insertInto('lease')
      .values(tasks.map(({ id: task }) => ({ task, person, granted, expires })))
      .onConflict((c) => c.columns(['task', 'person']).doUpdateSet({ granted, expires }))
      .execute()
  return { tasks: tasks.map((task) => ({ ...task, until: expires })), left }
}

/** The ids of tasks that no other claim is taking at this moment. On SQLite a transaction is alone anyway. */
async function locked(
  store: Store,
  tasks: SelectQueryBuilder<Tables, 'task', { id: string }>,
): Promise<string[]> {
  const rows = await (store.sqlite ? tasks : tasks.forUpdate().skipLocked()).execute()
  return rows.map(({ id }) => id)
}

/** Gives claimed tasks back before their time is over. */
export async function releaseTasks(store: Store, person: string, tasks: readonly string[]): Promise<void> {
  if (tasks.length === 0) return
  await store.db
    .deleteFrom('lease')
    .where('person', '=', person)
    .where('task', 'in', [...tasks])
    .execute()
}

/** A claim that seems to come from the future is none: the clock was set back. */
function liveLeases(db: Kysely<Tables>, now: number) {
  return db
    .selectFrom('lease')
    .where('granted', '<=', now + CLOCK_DIFFERENCE)
    .where('expires', '>', now)
}

/** Tasks that still need answers, of all rounds. */
function unfinished(db: Kysely<Tables>, overlap: number) {
  return db
    .selectFrom('task')
    .where('settled', 'is', null)
    .where((e) => e.or([e('control', 'is not', null), e('answered', '<', overlap)]))
}

/** How many of a round's need one of this person's: all of them but those that have it. */
async function countUnanswered(
  db: Kysely<Tables>,
  round: number,
  { person, overlap }: Asking,
): Promise<number> {
  const tasks = unfinished(db, overlap).where('task.round', '=', round)
  const theirs = tasks
    .innerJoin('answer', 'answer.task', 'task.id')
    .where('person', '=', person)
    .where('current', '=', 1)
    .select((e) => e.fn.countAll<number>().as('tasks'))
  const { left } = await tasks
    .select((e) => e(e.fn.countAll<number>(), '-', theirs).as('left'))
    .executeTakeFirstOrThrow()
  return Number(left)
}

/** Those of them that a person may get now: not answered by them, and not all that is missing claimed by others. */
function openTo(db: Kysely<Tables>, { person, overlap, now }: Asking) {
  const answeredByThem = db
    .selectFrom('answer')
    .select('uuid')
    .where(sql.ref('answer.task'), '=', sql.ref('task.id'))
    .where('person', '=', person)
    .where('current', '=', 1)
  const claimedByOthers = liveLeases(db, now)
    .select((e) => e.fn.countAll<number>().as('claims'))
    .where(sql.ref('lease.task'), '=', sql.ref('task.id'))
    .where('person', '<>', person)
  return unfinished(db, overlap)
    .where((e) => e.not(e.exists(answeredByThem)))
    .where((e) => e.or([e('control', 'is not', null), e(e('answered', '+', claimedByOthers), '<', overlap)]))
}
