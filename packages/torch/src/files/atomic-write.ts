// Writing a file so that its name always shows a whole one: the contents go to a temporary file in the same folder,
// reach the disk (fsync), take the name (rename), and the folder's entry reaches the disk too. Killed or out of space
// at any point, the old file is what a reader finds.

import fs from 'node:fs'
import path from 'node:path'
import { WriteError } from '../errors.ts'
import { releaseTemporaryName, temporaryNameFor } from './temporary-name.ts'

/** What a file can be made of: text (UTF-8), bytes, or chunks of bytes in order. */
export type FileData = string | Uint8Array | Iterable<Uint8Array>

export interface WriteOptions {
  /** Bytes in all, for the error message when `data` is a generator whose length is not known beforehand. */
  size?: number
}

// One system call writes at most this much; larger buffers take several.
const pieceBytes = 64 * 1024 * 1024

/**
 * Replaces or creates `file`, all or nothing, and returns when it is on the disk. A symbolic link is followed; the
 * permissions of an existing file are kept. The folder must exist.
 * @throws WriteError (file, size needed, free space, remedy): the old file is intact, no temporary file remains.
 *   What a generator throws passes through, after the same clean-up.
 */
export function writeFileAtomicSync(file: string, data: FileData, options: WriteOptions = {}): void {
  const job = new Job(file, data, options)
  try {
    job.step(() => job.open())
    for (const chunk of job.chunks as Iterable<Uint8Array>) job.step(() => job.write(chunk))
    job.step(() => job.finish())
  } finally {
    job.cleanUp()
  }
  job.syncFolder()
}

/**
 * As {@link writeFileAtomicSync}, without holding up the event loop between chunks, and taking an asynchronous
 * source as well (a download, a decompressor). Resolves when the file is on the disk.
 * @throws WriteError, as above.
 */
export async function writeFileAtomic(
  file: string,
  data: FileData | AsyncIterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<void> {
  const job = new Job(file, data, options)
  try {
    job.step(() => job.open())
    for await (const chunk of job.chunks) await job.writeLater(chunk)
    await job.finishLater()
  } finally {
    job.cleanUp()
  }
  job.syncFolder()
}

/** One write under way: the temporary file, how much it holds, and how to undo it. */
class Job {
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  readonly #file: string
  #target: string
  #temporary: string | undefined
  #descriptor: number | undefined
  #written = 0
  #needed: number

  constructor(file: string, data: FileData | AsyncIterable<Uint8Array>, options: WriteOptions) {
    this.#file = file
    this.#target = path.resolve(file)
    this.chunks = typeof data === 'string' ? [Buffer.from(data)] : data instanceof Uint8Array ? [data] : data
    const known = Array.isArray(this.chunks) ? this.chunks.reduce((sum, c) => sum + c.byteLength, 0) : 0
    this.#needed = options.size ?? known
  }

  /** Runs one step; an error of the operating system leaves as a WriteError. */
  step(action: () => void): void {
    try {
      action()
    } catch (error) {
      throw this.#explain(error)
    }
  }

  open(): void {
    let mode = 0o666
    try {
      this.#target = fs.realpathSync(this.#target)
      mode = fs.statSync(this.#target).mode & 0o777
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    this.#temporary = temporaryNameFor(this.#target)
    this.#descriptor = fs.openSync(this.#temporary, 'wx', mode)
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.byteLength; ) {
      const count = fs.writeSync(this.#descriptor!, chunk, at, Math.min(pieceBytes, chunk.byteLength - at))
      at += count
      this.#written += count
    }
  }

  async writeLater(chunk: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < chunk.byteLength; ) {
        const length = Math.min(pieceBytes, chunk.byteLength - at)
        const count = await settle<number>((done) => fs.write(this.#descriptor!, chunk, at, length, done))
        at += count
        this.#written += count
      }
    } catch (error) {
      throw this.#explain(error)
    }
  }

  finish(): void {
    fs.fsyncSync(this.#descriptor!)
    this.#takeName()
  }

  async finishLater(): Promise<void> {
    try {
      await settle((done) => fs.fsync(this.#descriptor!, (error) => done(error, undefined)))
      this.#takeName()
    } catch (error) {
      throw this.#explain(error)
    }
  }

  #takeName(): void {
    const descriptor = this.#descriptor!
    this.#descriptor = undefined
    fs.closeSync(descriptor)
    fs.renameSync(this.#temporary!, this.#target)
    releaseTemporaryName(this.#temporary!)
    this.#temporary = undefined
  }

  /** After success this does nothing; after a failure it removes the temporary file. */
  cleanUp(): void {
    if (this.#descriptor !== undefined) attempt(() => fs.closeSync(this.#descriptor!))
    this.#descriptor = undefined
    if (this.#temporary === undefined) return
    attempt(() => fs.unlinkSync(this.#temporary!))
    releaseTemporaryName(this.#temporary)
    this.#temporary = undefined
  }

  /** Makes the rename itself durable. Some file systems cannot sync a folder, and say so: their rename stands alone. */
  syncFolder(): void {
    let descriptor: number | undefined
    try {
      descriptor = fs.openSync(path.dirname(this.#target), 'r')
      fs.fsyncSync(descriptor)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? ''
      if (['EINVAL', 'ENOTSUP', 'ENOSYS', 'EPERM', 'EACCES', 'EISDIR'].includes(code)) return
      throw new WriteError(
        this.#file,
        `the new file is whole and in place, but the disk did not confirm its name (${code}): check the disk and write it again`,
        { code, needed: this.#written, cause: error },
      )
    } finally {
      if (descriptor !== undefined) attempt(() => fs.closeSync(descriptor!))
    }
  }

  #explain(error: unknown): unknown {
    const { code, message } = error as NodeJS.ErrnoException
    if (!(error instanceof Error) || code === undefined) return error
    const folder = path.dirname(this.#target)
    const needed = Math.max(this.#needed, this.#written)
    let free: number | undefined
    attempt(() => {
      const system = fs.statfsSync(folder)
      free = system.bavail * system.bsize
    })
    const room = free === undefined ? '' : `, ${bytes(free)} free there`
    return new WriteError(
      this.#file,
      `could not be written (${message.split(',')[0]}; ${bytes(needed)} needed${room}): ${remedy(code, folder)}; the previous file, if any, is unchanged`,
      { code, needed, free, cause: error },
    )
  }
}

function remedy(code: string, folder: string): string {
  switch (code) {
    case 'ENOSPC':
      return `free some space in ${folder} or choose a folder on another disk`
    case 'EDQUOT':
      return `your quota is used up: remove files from ${folder} or choose a folder on another disk`
    case 'EFBIG':
      return 'the file system or a limit (ulimit -f) does not allow a file of this size'
    case 'EACCES':
    case 'EPERM':
      return `allow this user to write in ${folder}, or choose another folder`
    case 'EROFS':
      return `${folder} is read-only: choose another folder`
    case 'ENOENT':
    case 'ENOTDIR':
      return `make the folder ${folder} first`
    case 'EISDIR':
      return 'a folder has this name: choose another name'
    case 'ENAMETOOLONG':
      return 'choose a shorter name'
    default:
      return 'check the disk, or choose another folder'
  }
}

function bytes(count: number): string {
  if (count < 1e4) return `${count} bytes`
  if (count < 1e6) return `${(count / 1e3).toFixed(1)} kB`
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(2)} GB`
}

/** For clean-up, whose own failure must not hide the first error. */
function attempt(action: () => void): void {
  try {
    action()
  } catch {
    // The error under way says more.
  }
}

function settle<T>(start: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value)))
  })
}
