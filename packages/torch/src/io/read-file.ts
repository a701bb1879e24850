// Reading a whole regular file of any size into memory, with errors that name it.

import fs from 'node:fs'
import { FormatError } from '../errors.ts'

const pieceBytes = 512 * 1024 * 1024

/**
 * The bytes of a regular file (a symbolic link is followed).
 * @throws FormatError when it is missing, unreadable, a folder, a pipe or a device, or changes while it is read.
 */
export function readWholeFile(file: string): Buffer {
  let descriptor: number | undefined
  try {
    if (!fs.statSync(file).isFile())
      throw new FormatError(file, 'is not a regular file: give the path of a file')
    descriptor = fs.openSync(file, 'r')
    const size = fs.fstatSync(descriptor).size
    // A buffer of its own, so that offset 0 is aligned for every element type.
    const bytes = Buffer.allocUnsafeSlow(size)
    for (let at = 0; at < size; ) {
      const count = fs.readSync(descriptor, bytes, at, Math.min(pieceBytes, size - at), at)
      if (count === 0)
        throw new FormatError(file, 'became shorter while it was read: try again', { offset: at })
      at += count
    }
    return bytes
  } catch (error) {
    if (error instanceof FormatError) throw error
    const { code } = error as NodeJS.ErrnoException
    const what =
      code === 'ENOENT'
        ? 'does not exist: check the path'
        : code === 'EACCES'
          ? 'may not be read by this user: change its permissions'
          : `could not be read: ${(error as Error).message}`
    throw new FormatError(file, what, { cause: error })
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}
