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
 * DataError, which names the other process, where one has it.
 */
export function lockFolder(folder: string): FolderLock {
  fs.mkdirSync(folder, { recursive: true })
  // Node has no file locks. SQLite does, on every platform, and an open transaction of it holds one.
  const database = new DatabaseSync(join(folder, FILE), { timeout: 0 })
  try {
    database.exec('create table if not exists holder (process integer)')
    database.exec(`delete from holder; insert into holder values (${process.pid})`)
    database.exec('begin immediate')
  } catch (error) {
    const holder = holderOf(database)
    database.close()
    if ((error as { errcode?: number }).errcode !== BUSY) throw error
    throw new DataError(folder, `process ${holder} is working on it; wait for its end, or stop it`)
  }
  held.add(database)
  return {
    release() {
      held.delete(database)
      database.close()
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
