// Long work, handed out like images are: a server takes a waiting job by one UPDATE, vouches for being alive while it works,
// and gives the job back by falling silent. Any number of servers may share one database.

import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Job } from '../api/schemas.ts'
import { RefusedError } from './errors.ts'
import { titleOf } from './job-title.ts'
import { missing, type Store } from './store.ts'
import type { Tables } from './tables.ts'

export type JobKind = Job['kind']
type JobRow = Tables['job']

/** Milliseconds of silence after which a job is given to another server. */
export const SILENCE = 30_000
/** Kinds that change the model or the rounds: one of them at a time. */
const EXCLUSIVE: readonly JobKind[] = ['explore', 'update', 'sample-pool']

/** Puts a job into the queue. Throws RefusedError where one of its kind, or one that it would disturb, is not over yet. */
export async function addJob(
  store: Store,
  { kind, input, by }: { kind: JobKind; input: unknown; by: string },
): Promise<Job> {
  const row = await store.transaction(async (trx) => {
    // Locks: two who ask at once must not both find nothing.
    await store.lock(trx)
    const active = await trx
      .selectFrom('job')
      .selectAll()
      .where('state', 'in', ['waiting', 'running'])
      .execute()
    const same = active.find((one) => one.kind === kind && one.input === JSON.stringify(input))
    if (same) return same
    const other = EXCLUSIVE.includes(kind) && active.find((one) => EXCLUSIVE.includes(one.kind as JobKind))
    if (other)
      throw new RefusedError(
        'conflict',
        `"${jobOf(other).label}" is going on: wait for its end, or stop it first`,
      )
    const made: JobRow = {
      id: `j-${randomUUID()}`,
      kind,
      input: JSON.stringify(input),
      state: 'waiting',
      label: titleOf(kind, input),
      progress: null,
      seconds_left: null,
      error: null,
      outcome: null,
      by,
      made: store.now(),
      started: null,
      ended: null,
      worker: null,
      until: null,
    }
    await trx.insertInto('job').values(made).execute()
    return made
  })
  store.announce(['jobs'])
  return jobOf(row)
}

/** Takes the oldest job that waits, or whose server has fallen silent. Null where there is none. */
export async function takeJob(store: Store, worker: string): Promise<JobRow | null> {
  const now = store.now()
  return store.transaction(async (trx) => {
    const free = sql<boolean>`state = 'waiting' or (state = 'running' and until < ${now})`
    let query = trx.selectFrom('job').select('id').where(free).orderBy('made').limit(1)
    if (!store.sqlite) query = query.forUpdate().skipLocked()
    const found = await query.executeTakeFirst()
    if (!found) return null
    const taken = await trx
      .updateTable('job')
      .set({ state: 'running', worker, until: now + SILENCE, started: now, error: null })
      .where('id', '=', found.id)
      .returningAll()
      .executeTakeFirst()
    return taken ?? null
  })
}

/** A sign of life, with how far it is. False where the job is no longer this server's: it was stopped, or given away. */
export async function reportJob(
  store: Store,
  id: string,
  worker: string,
  report: { label?: string; progress?: number | null; secondsLeft?: number | null },
): Promise<boolean> {
  const { numUpdatedRows } = await store.db
    .updateTable('job')
    .set({
      until: store.now() + SILENCE,
      ...(report.label === undefined ? {} : { label: report.label }),
      ...(report.progress === undefined ? {} : { progress: report.progress }),
      ...(report.secondsLeft === undefined ? {} : { seconds_left: report.secondsLeft }),
    })
    .where('id', '=', id)
    .where('worker', '=', worker)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function endJob(
  store: Store,
  id: string,
  worker: string,
  result: { outcome: string } | { error: string },
): Promise<void> {
  await store.db
    .updateTable('job')
    .set({
      state: 'error' in result ? 'failed' : 'done',
      ended: store.now(),
      progress: 'error' in result ? null : 1,
      seconds_left: null,
      error: 'error' in result ? result.error : null,
      outcome: 'error' in result ? null : result.outcome,
    })
    .where('id', '=', id)
    .where('worker', '=', worker)
    .where('state', '=', 'running')
    .execute()
  store.announce(['jobs'])
}

export async function cancelJob(store: Store, id: string): Promise<void> {
  const found = await store.db.selectFrom('job').select('state').where('id', '=', id).executeTakeFirst()
  if (!found) throw missing('job', id)
  await store.db
    .updateTable('job')
    .set({ state: 'cancelled', ended: store.now(), seconds_left: null })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'running'])
    .execute()
  store.announce(['jobs'])
}

/** Gives back what a server works on that is about to stop. */
export async function giveBackJobs(store: Store, worker: string): Promise<void> {
  await store.db
    .updateTable('job')
    .set({ state: 'waiting', worker: null, until: null })
    .where('worker', '=', worker)
    .where('state', '=', 'running')
    .execute()
}

/** The newest jobs first. */
export async function listJobs(store: Store, limit = 50): Promise<Job[]> {
  const rows = await store.db.selectFrom('job').selectAll().orderBy('made', 'desc').limit(limit).execute()
  return rows.map(jobOf)
}

/** The work that is going on; null where there is none. */
export async function activeJob(store: Store): Promise<Job | null> {
  const row = await store.db
    .selectFrom('job')
    .selectAll()
    .where('state', 'in', ['waiting', 'running'])
    .orderBy('made')
    .limit(1)
    .executeTakeFirst()
  return row ? jobOf(row) : null
}

export function jobOf(row: JobRow): Job {
  const { id, kind, input, state, label, progress, seconds_left, error, outcome, by, started, ended } = row
  return {
    id,
    kind: kind as JobKind,
    state: state as Job['state'],
    label: state === 'running' ? label : titleOf(kind as JobKind, JSON.parse(input)),
    progress,
    secondsLeft: seconds_left,
    error,
    outcome,
    by,
    started,
    ended,
  }
}
