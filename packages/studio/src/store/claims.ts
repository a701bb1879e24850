// Who gets which image: a claim is a lease, for some minutes, on a task. As many people as the overlap says see an image, never
// the same one twice; what somebody leaves lying goes to another.

import { sql, type Transaction } from 'kysely'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export type TaskRow = Tables['task']

export interface Claimed {
  readonly tasks: readonly (TaskRow & { until: number })[]
  /** Tasks of the round that this person may still get, the claimed ones included. */
  readonly left: number
}

/** The newest round that has something left for a person; null where none has. */
export async function roundFor(store: Store, person: string): Promise<number | null> {
  const rounds = await store.db.selectFrom('round').select('number').orderBy('number', 'desc').execute()
  const { overlap } = await store.settings()
  for (const { number } of rounds)
    if ((await countLeft(store.db, number, person, overlap, store.now())) > 0) return number
  return rounds[0]?.number ?? null
}

/**
 * Claims up to `count` tasks of a round for a person: those that are theirs already first, whose time begins anew, then the
 * queue in its order. Claims in one round are made one after the other: the database locks the round's row.
 */
export async function claimTasks(
  store: Store,
  person: string,
  round: number,
  count: number,
): Promise<Claimed> {
  return store.transaction(async (trx) => {
    await trx.updateTable('round').set({ number: round }).where('number', '=', round).execute()
    const { overlap, leaseMinutes } = await store.settings(trx)
    const granted = store.now()
    const expires = granted + leaseMinutes * 60_000
    const mine = await openTo(trx, round, person, overlap, granted)
      .select('task.id')
      .where((e) => e.exists(leaseOf(trx, person, granted)))
      .orderBy('position')
      .limit(count)
      .execute()
    const more =
      mine.length >= count
        ? []
        : await openTo(trx, round, person, overlap, granted)
            .select('task.id')
            .where((e) => e.not(e.exists(leaseOf(trx, person, granted))))
            .orderBy('position')
            .limit(count - mine.length)
            .execute()
    const ids = [...mine, ...more].map(({ id }) => id)
    const left = await countLeft(trx, round, person, overlap, granted)
    if (ids.length === 0) return { tasks: [], left }
    await trx.deleteFrom('lease').where('person', '=', person).where('task', 'in', ids).execute()
    await trx
      .insertInto('lease')
      .values(ids.map((task) => ({ task, person, granted, expires })))
      .execute()
    const tasks = await trx
      .selectFrom('task')
      .selectAll()
      .where('id', 'in', ids)
      .orderBy('position')
      .execute()
    return { tasks: tasks.map((task) => ({ ...task, until: expires })), left }
  })
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

function leaseOf(trx: Store['db'] | Transaction<Tables>, person: string, now: number) {
  return trx
    .selectFrom('lease')
    .select('lease.task')
    .where(sql.ref('lease.task'), '=', sql.ref('task.id'))
    .where('lease.person', '=', person)
    .where('lease.granted', '<=', now)
    .where('lease.expires', '>', now)
}

/** Tasks that a person may get. A claim that seems to come from the future is none: the clock was set back. */
function openTo(
  trx: Store['db'] | Transaction<Tables>,
  round: number,
  person: string,
  overlap: number,
  now: number,
) {
  const answeredByMe = trx
    .selectFrom('answer')
    .select('answer.uuid')
    .where(sql.ref('answer.task'), '=', sql.ref('task.id'))
    .where('answer.person', '=', person)
    .where('answer.current', '=', 1)
  const takenByOthers = sql<number>`task.answered + (
    select count(*) from lease where lease.task = task.id and lease.person <> ${person}
      and lease.granted <= ${now} and lease.expires > ${now})`
  return trx
    .selectFrom('task')
    .where('round', '=', round)
    .where('settled', 'is', null)
    .where((e) =>
      e.or([
        e('control', 'is not', null),
        // The first is cheap, and leaves few for the second.
        e.and([e('answered', '<', overlap), e(takenByOthers, '<', overlap)]),
      ]),
    )
    .where((e) => e.not(e.exists(answeredByMe)))
}

async function countLeft(
  trx: Store['db'] | Transaction<Tables>,
  round: number,
  person: string,
  overlap: number,
  now: number,
): Promise<number> {
  const { left } = await openTo(trx, round, person, overlap, now)
    .select((e) => e.fn.countAll<number>().as('left'))
    .executeTakeFirstOrThrow()
  return Number(left)
}
