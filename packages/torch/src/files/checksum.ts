// SHA-256 of bytes and of files, as lower-case hexadecimal, the way `sha256sum` prints it.

import { createHash } from 'node:crypto'
import fs from 'node:fs'

const pieceBytes = 4 * 1024 * 1024

/** SHA-256 of text (UTF-8), bytes, or chunks one after another: 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array | Iterable<Uint8Array>): string {
  const hash = createHash('sha256')
  if (typeof data === 'string' || data instanceof Uint8Array) hash.update(data)
  else for (const chunk of data) hash.update(chunk)
  return hash.digest('hex')
}

/** SHA-256 of a file's contents, read in pieces. Throws what the file system throws. */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of fs.createReadStream(file, { highWaterMark: pieceBytes })) hash.update(chunk)
  return hash.digest('hex')
}

/** As {@link sha256File}, at once. */
export function sha256FileSync(file: string): string {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(pieceBytes)
  const descriptor = fs.openSync(file, 'r')
  try {
    for (;;) {
      const count = fs.readSync(descriptor, piece, 0, piece.byteLength, null)
      if (count === 0) return hash.digest('hex')
      hash.update(piece.subarray(0, count))
    }
  } finally {
    fs.closeSync(descriptor)
  }
}
