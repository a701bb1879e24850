// A folder that a command writes belongs to one process at a time: two that continue the same run would write over each other.

import fs from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DataError } from './errors.ts'

/** Keeps the lock; it says who holds it, and is left when nobody does. */
const FILE = '.lock'
/** https://www.sqlite.org/rescode.html */
const BUSY = 5

/** A lock whose connection is collected as garbage would be gone. */
const held = new Set<DatabaseSync>()

export interface FolderLock {
  release(): void
}

/**
 * Locks a folder, which is made where it is missing, until it is released or this process ends, however it ends. Throws
 * DataError, which names the other process, where one has it, and the file, where it cannot be written.
 */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, FILE)
  let database: DatabaseSync | null = null
  try {
    fs.mkdirSync(folder, { recursive: true })
    // Node has no file locks. SQLite does, on every platform, and an open transaction of it holds one.
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec(
      `begin immediate; create table if not exists holder (process integer); delete from holder;
       insert into holder values (${process.pid}); commit; begin immediate`,
    )
  } catch (error) {
    const holder = database && holderOf(database)
    database?.close()
    if ((error as { errcode?: number }).errcode === BUSY)
      throw new DataError(folder, `process ${holder} is working on it; wait for its end, or stop it`)
    throw new DataError(
      file,
      `the folder cannot be locked (${(error as Error).message}); it must allow this user to write, and have room; a damaged lock may be removed`,
      { cause: error },
    )
  }
  const lock = database
  held.add(lock)
  return {
    release() {
      held.delete(lock)
      lock.close()
    },
  }
}

/** Does something to a folder that nobody else may write meanwhile. */
export async function whileLocked<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const lock = lockFolder(folder)
  try {
    return await action()
  } finally {
    lock.release()
  }
}

function holderOf(database: DatabaseSync): string {
  try {
    return String(database.prepare('select process from holder').get()?.process ?? 'another')
  } catch {
    return 'another'
  }
}
