// SQLite for kysely, by Node's own driver: one connection, every commit on the disk before it is acknowledged, and the file
// locked for this process alone, so that a second one is refused at once.

import fs from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { SqliteDialect } from 'kysely'
import { StoreBusyError, StoreDamagedError, StoreFullError } from './errors.ts'

/** Prepared statements that are kept; the queries of the studio are fewer. */
const STATEMENTS = 300
/** https://www.sqlite.org/rescode.html, primary codes. */
const CODES = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notDatabase: 26,
}

export interface OpenSqlite {
  readonly dialect: SqliteDialect
  readonly database: DatabaseSync
}

/**
 * Opens a file, or makes it. Throws StoreBusyError, which names the process, where another one has it open; the lock ends
 * with its process, however that ends.
 */
export function openSqlite(file: string): OpenSqlite {
  const database = new DatabaseSync(file, { timeout: 200 })
  const holder = `${file}.pid`
  try {
    database.exec('pragma locking_mode = exclusive')
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = full')
    database.exec('pragma foreign_keys = on')
    // The exclusive lock is taken by the first write.
    database.exec('begin immediate; commit')
  } catch (error) {
    database.close()
    throw named(error, file, holder)
  }
  noteHolder(holder)
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const kept = statements.get(sql)
    if (kept) return kept
    if (statements.size >= STATEMENTS) statements.clear()
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const attempt = <T>(action: () => T): T => {
    try {
      return action()
    } catch (error) {
      throw named(error, file, holder)
    }
  }
  const dialect = new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare: (sql: string) => {
        const statement = attempt(() => prepared(sql))
        return {
          reader: statement.columns().length > 0,
          all: (parameters: readonly unknown[]) =>
            attempt(() => statement.all(...(parameters as SQLInputValue[]))),
          run: (parameters: readonly unknown[]) => {
            // A full disk may have ended the transaction already; "no transaction" must not hide why.
            if (sql === 'rollback' && !database.isTransaction) return { changes: 0, lastInsertRowid: 0 }
            return attempt(() => statement.run(...(parameters as SQLInputValue[])))
          },
          iterate: (parameters: readonly unknown[]) =>
            statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<never>,
        }
      },
    },
  })
  return { dialect, database }
}

/** For the message to a second process only; a full disk must not keep the store from opening. */
function noteHolder(holder: string): void {
  try {
    fs.writeFileSync(holder, `${process.pid}\n`)
  } catch {
    fs.rmSync(holder, { force: true })
  }
}

function named(error: unknown, file: string, holder: string): unknown {
  const code = (error as { errcode?: number }).errcode
  if (code === undefined) return error
  const primary = code & 0xff
  if (primary === CODES.busy || primary === CODES.locked) {
    const pid = fs.existsSync(holder) ? fs.readFileSync(holder, 'utf8').trim() : 'unknown'
    return new StoreBusyError(
      `${file} is open in another process (pid ${pid}); stop that one, or use PostgreSQL (DATABASE_URL) for several servers`,
    )
  }
  if (primary === CODES.full || primary === CODES.io || primary === CODES.readOnly)
    return new StoreFullError(
      `${file} cannot be written (${(error as Error).message}): free some space on the disk, then go on`,
    )
  if (primary === CODES.corrupt || primary === CODES.notDatabase)
    return new StoreDamagedError(`${file} is damaged (${(error as Error).message}): restore a backup`)
  if (primary === CODES.cantOpen)
    return new Error(`${file} cannot be opened: does its folder exist, and may it be written?`)
  return error
}
