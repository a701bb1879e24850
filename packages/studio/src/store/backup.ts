// Backups that are checked when they are made and when they are put back, and the way from SQLite to PostgreSQL and back.

import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { sha256File, writeFileAtomic } from '@oltr/torch/files'
import { sql } from 'kysely'
import { RefusedError, StoreDamagedError } from './errors.ts'
import { verifyChain } from './event-chain.ts'
import { type Check, stateHash, verifyStore } from './integrity.ts'
import { Store } from './store.ts'
import { KEPT, VIEWS } from './tables.ts'

const PAGE = 1000

export interface BackupRecord extends Check {
  /** SHA-256 of the file. */
  readonly sha256: string
}

/** Writes a copy of the store, whole, while it is in use; with `<file>.json`, its fingerprints. Returns what was checked. */
export async function backupStore(store: Store, file: string): Promise<BackupRecord> {
  if (fs.existsSync(file)) throw new RefusedError('conflict', `${file} exists: choose another name`)
  const partial = `${file}.${randomUUID()}.partial`
  try {
    // One statement, between two transactions of the same connection: whole, and of one moment.
    if (store.sqlite) await sql`vacuum into ${partial}`.execute(store.db)
    else {
      const target = await Store.open(partial)
      await copyStore(store, target)
      await target.close()
    }
    const copy = await Store.open(partial)
    let check: Check
    try {
      check = await verifyStore(copy)
      copy.sqlite!.exec('pragma journal_mode = delete')
    } finally {
      await copy.close()
    }
    const record = { ...check, sha256: await sha256File(partial) }
    await writeFileAtomic(`${file}.json`, `${JSON.stringify(record, null, 2)}\n`)
    fs.renameSync(partial, file)
    return record
  } finally {
    for (const left of [partial, `${partial}-wal`, `${partial}-shm`, `${partial}.pid`])
      fs.rmSync(left, { force: true })
  }
}

/** Throws StoreDamagedError where a backup is not the file that was written. */
export async function verifyBackup(file: string): Promise<BackupRecord> {
  const about = `${file}.json`
  let record: BackupRecord
  try {
    record = JSON.parse(fs.readFileSync(about, 'utf8'))
  } catch (cause) {
    throw new StoreDamagedError(`${about} cannot be read: it belongs to the backup`, { cause })
  }
  if ((await sha256File(file)) !== record.sha256)
    throw new StoreDamagedError(`${file} is not the file that was backed up: take another backup`)
  return record
}

/** Puts a backup where no store is yet. */
export async function restoreBackup(file: string, place: string): Promise<Check> {
  await verifyBackup(file)
  const source = await Store.open(copyOf(file))
  try {
    return await moveStore(source, place)
  } finally {
    await source.close()
    for (const left of ['', '-wal', '-shm', '.pid']) fs.rmSync(`${source.place}${left}`, { force: true })
  }
}

/** Copies everything into a store that is empty, in either database, and compares. Throws RefusedError for a full one. */
export async function moveStore(source: Store, place: string): Promise<Check> {
  const target = await Store.open(place)
  try {
    const { count } = await target.db
      .selectFrom('event')
      .select((e) => e.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    if (Number(count) > 0)
      throw new RefusedError('conflict', `${target.place} holds a store already: choose an empty one`)
    // Mends the source's views where they need it: they are copied as they are.
    await verifyStore(source)
    const before = await copyStore(source, target)
    const after = await verifyStore(target)
    if (before.state !== after.state || before.hash !== after.hash)
      throw new StoreDamagedError(
        `${target.place} came out different from ${source.place}: empty it and try again`,
      )
    return after
  } finally {
    await target.close()
  }
}

/** Copies one moment of a store that may be in use, and returns its fingerprints. */
async function copyStore(source: Store, target: Store): Promise<Check> {
  const reading = source.db.transaction()
  const check = await (source.sqlite ? reading : reading.setIsolationLevel('repeatable read')).execute(
    async (from) => {
      await target.transaction(async (into) => {
        for (const table of ['event', 'head', ...VIEWS, ...KEPT] as const) {
          await into.deleteFrom(table).execute()
          const rows = await from.selectFrom(table).selectAll().execute()
          for (let first = 0; first < rows.length; first += PAGE)
            await into
              .insertInto(table)
              .values(rows.slice(first, first + PAGE) as never)
              .execute()
        }
      })
      return { ...(await verifyChain(from)), state: await stateHash(source, from) }
    },
  )
  target.forgetClasses()
  return check
}

/** A backup is never opened itself: opening writes. */
function copyOf(file: string): string {
  const copy = `${file}.${randomUUID()}.open`
  fs.copyFileSync(file, copy)
  return copy
}
