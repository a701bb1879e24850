// Names of files that are still being written, and the removal of those whose writer died.
// A name carries its host and process, so a later start can tell a dead writer's file from a live one's.

import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

// `.<final name>.<host>-<pid>-<random>.partial`: hidden, in the folder of the final file, so that rename is atomic.
const pattern = /^\..+\.([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.partial$/

// No write takes an hour; a file untouched for longer is dead even where its process number was given out again
// or belongs to another machine that shares the folder.
const abandonedAfterMs = 3_600_000

// The longest file name that common file systems take, in bytes.
const maxNameBytes = 255

// Files that this thread is writing now.
const open = new Set<string>()

const host = createHash('sha256').update(os.hostname()).digest('hex').slice(0, 8)

/** A fresh name beside `target` for its unfinished contents. Give it back with {@link releaseTemporaryName}. */
export function temporaryNameFor(target: string): string {
  const suffix = `.${host}-${process.pid}-${randomBytes(6).toString('hex')}.partial`
  let stem = path.basename(target)
  // A long final name is shortened (by whole characters), for the suffix must fit as well.
  while (Buffer.byteLength(stem) + suffix.length + 1 > maxNameBytes) stem = [...stem].slice(0, -1).join('')
  const name = path.join(path.dirname(target), `.${stem}${suffix}`)
  open.add(name)
  return name
}

/** Tells that the file of this name was renamed or removed. */
export function releaseTemporaryName(name: string): void {
  open.delete(name)
}

/**
 * Removes the unfinished files that dead writers left in `folder` and returns their paths. Files of live processes
 * are left alone; so is everything with another kind of name. A missing folder has none. Files that may not be
 * removed are skipped: they do no harm.
 */
export function removeStaleTemporaries(folder: string): string[] {
  let names: string[]
  try {
    names = fs.readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const removed: string[] = []
  for (const name of names) {
    const match = pattern.exec(name)
    if (!match) continue
    const file = path.join(folder, name)
    if (open.has(file)) continue
    try {
      const stat = fs.lstatSync(file)
      if (!stat.isFile() || !isStale(match[1], Number(match[2]), stat.mtimeMs)) continue
      fs.unlinkSync(file)
      removed.push(file)
    } catch {
      // Gone meanwhile, or not ours to remove.
    }
  }
  return removed
}

function isStale(ownerHost: string, pid: number, touchedMs: number): boolean {
  if (Date.now() - touchedMs > abandonedAfterMs) return true
  if (ownerHost !== host) return false
  // Our own number on a file older than this process: an earlier process had the same number, as in a container.
  if (pid === process.pid) return touchedMs < Date.now() - process.uptime() * 1000 - 1000
  try {
    process.kill(pid, 0) // signal 0 asks whether the process exists
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
