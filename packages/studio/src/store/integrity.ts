// Whether the store is whole: the views computed anew, their fingerprint, and what a check finds.

import { createHash } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import { StoreDamagedError } from './errors.ts'
import { readEvents, verifyChain } from './event-chain.ts'
import type { Store } from './store.ts'
import { type Tables, VIEWS } from './tables.ts'
import { applyEvents } from './views.ts'

const PAGE = 5000
/** What a row is known by, in each view. */
const KEYS = { answer: 'uuid', task: 'id', round: 'number', person: 'id', setting: 'name' } as const

/** Empties every view and computes it from the events. */
export async function rebuildViews(store: Store): Promise<void> {
  await store.transaction(async (trx) => {
    await store.lock(trx)
    await rebuild(trx)
  })
  store.forgetClasses()
}

async function rebuild(trx: Transaction<Tables>): Promise<void> {
  for (const view of VIEWS) await trx.deleteFrom(view).execute()
  await applyEvents(trx, readEvents(trx))
}

/** SHA-256 over all views and the classes: equal states have equal hashes, in either database. */
export async function stateHash(store: Store, db: Kysely<Tables> = store.db): Promise<string> {
  const hash = createHash('sha256')
  for (const view of VIEWS) {
    const key = KEYS[view]
    // Keys compare by their bytes, whatever the database's language.
    const order = key === 'number' || store.sqlite ? sql.ref(key) : sql`${sql.ref(key)} collate "C"`
    for (let last: string | number | null = null; ; ) {
      const after = last === null ? sql`` : sql`where ${order} > ${last}`
      const { rows }: { rows: Record<string, unknown>[] } = await sql<
        Record<string, unknown>
      >`select * from ${sql.table(view)} ${after} order by ${order} limit ${PAGE}`.execute(db)
      for (const row of rows)
        hash.update(`${view} ${JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))}\n`)
      if (rows.length < PAGE) break
      last = rows[rows.length - 1]![key] as string | number
    }
  }
  hash.update((await store.classes(db)).stateHash())
  return hash.digest('hex')
}

export interface Check {
  readonly events: number
  /** The end of the chain. */
  readonly hash: string
  readonly state: string
}

/**
 * Reads everything, while whoever wants to add waits. Throws StoreDamagedError where an event, a page or a view is not what
 * was written.
 */
export async function verifyStore(store: Store): Promise<Check> {
  if (store.sqlite) {
    const [{ integrity_check: said }] = store.sqlite.prepare('pragma integrity_check(1)').all() as {
      integrity_check: string
    }[]
    if (said !== 'ok') throw new StoreDamagedError(`${store.place} is damaged (${said}): restore a backup`)
  }
  const { before, ...check } = await store.transaction(async (trx) => {
    await store.lock(trx)
    const chain = await verifyChain(trx)
    const before = await stateHash(store, trx)
    await rebuild(trx)
    return { ...chain, before, state: await stateHash(store, trx) }
  })
  if (check.state !== before)
    throw new StoreDamagedError(
      `${store.place}: the views were not what the events say; they have been computed anew, nothing is lost`,
    )
  return check
}
