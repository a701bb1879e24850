// The chain of events: each carries a hash over itself and the hash of the one before, so that no event can be changed, taken
// out or put in without every later hash telling.

import { sha256 } from '@oltr/torch/files'
import { type Kysely, sql, type Transaction } from 'kysely'
import { StoreDamagedError } from './errors.ts'
import type { NewEvent, StoredEvent } from './events.ts'
import type { Tables } from './tables.ts'

/** Events that are read at once. */
const PAGE = 2000
/** Any number: PostgreSQL's queue of those who want to add. */
const CHAIN_LOCK = 20_190_411

type Row = Tables['event']

/** The last event: its number and its hash. */
export type ChainEnd = Pick<Tables['head'], 'seq' | 'hash'>

/**
 * Adds events at the end of the chain, which the caller has locked. Those whose uuid is there already are left out. Returns
 * the added ones.
 */
export async function appendEvents(
  trx: Transaction<Tables>,
  head: ChainEnd,
  events: readonly NewEvent[],
  at: number,
): Promise<StoredEvent[]> {
  const seen = await presentUuids(
    trx,
    events.map(({ uuid }) => uuid),
  )
  const added: StoredEvent[] = []
  const rows: Row[] = []
  let { seq, hash } = head
  for (const event of events) {
    if (seen.has(event.uuid)) continue
    seen.add(event.uuid)
    const prev = hash
    const { uuid, actor, kind, at: happened = at } = event
    const facts = { seq: ++seq, uuid, at: happened, actor, kind, body: JSON.stringify(event.body), prev }
    hash = hashOf(facts)
    rows.push({ ...facts, hash })
    // As it will be read again, so that the views follow what is kept and not what was meant.
    added.push(parsed({ ...facts, hash }))
  }
  if (rows.length === 0) return []
  for (let first = 0; first < rows.length; first += PAGE)
    await trx
      .insertInto('event')
      .values(rows.slice(first, first + PAGE))
      .execute()
  await trx.updateTable('head').set({ seq, hash }).where('id', '=', 1).execute()
  return added
}

async function presentUuids(trx: Transaction<Tables>, uuids: readonly string[]): Promise<Set<string>> {
  const seen = new Set<string>()
  for (let first = 0; first < uuids.length; first += PAGE) {
    const rows = await trx
      .selectFrom('event')
      .select('uuid')
      .where('uuid', 'in', uuids.slice(first, first + PAGE))
      .execute()
    for (const { uuid } of rows) seen.add(uuid)
  }
  return seen
}

/**
 * The end of the chain, locked until the transaction ends: whoever else wants to add waits. `queue`: several connections may
 * want to. A row's lock goes to any of them, so they queue for another one, which is given in turn.
 */
export async function lockHead(trx: Transaction<Tables>, { queue }: { queue: boolean }): Promise<ChainEnd> {
  if (queue) await sql`select pg_advisory_xact_lock(${CHAIN_LOCK})`.execute(trx)
  return trx
    .updateTable('head')
    .set({ id: 1 })
    .where('id', '=', 1)
    .returning(['seq', 'hash'])
    .executeTakeFirstOrThrow()
}

/** All events after `seq`, in their order. */
export async function* readEvents(
  db: Kysely<Tables>,
  after = 0,
  kinds?: readonly string[],
): AsyncGenerator<StoredEvent> {
  for await (const row of readRows(db, after, kinds)) yield parsed(row)
}

/**
 * Reads the whole chain. Throws StoreDamagedError that names the first event which is not what was written.
 */
export async function verifyChain(db: Kysely<Tables>): Promise<{ events: number; hash: string }> {
  let seq = 0
  let hash = ''
  for await (const row of readRows(db, 0)) {
    const { hash: kept, ...facts } = row
    if (row.seq !== seq + 1 || row.prev !== hash || hashOf(facts) !== kept)
      throw new StoreDamagedError(`event ${row.seq} is not what was written: restore a backup made before`)
    seq = row.seq
    hash = kept
  }
  const head = await db.selectFrom('head').select(['seq', 'hash']).where('id', '=', 1).executeTakeFirst()
  if (!head || head.seq !== seq || head.hash !== hash)
    throw new StoreDamagedError(`the chain ends at event ${seq}, and should not: restore a backup`)
  return { events: seq, hash }
}

async function* readRows(db: Kysely<Tables>, after: number, kinds?: readonly string[]): AsyncGenerator<Row> {
  for (let last = after; ; ) {
    let query = db.selectFrom('event').selectAll().where('seq', '>', last).orderBy('seq').limit(PAGE)
    if (kinds) query = query.where('kind', 'in', [...kinds])
    const rows = await query.execute()
    yield* rows
    if (rows.length < PAGE) return
    last = rows[rows.length - 1]!.seq
  }
}

function parsed({ seq, uuid, at, actor, kind, body }: Row): StoredEvent {
  return { seq, uuid, at, actor, kind, body: JSON.parse(body) } as unknown as StoredEvent
}

function hashOf({ seq, uuid, at, actor, kind, body, prev }: Omit<Row, 'hash'>): string {
  return sha256(Buffer.from(JSON.stringify([prev, seq, uuid, at, actor, kind, body])))
}
