// Reads tar archives (plain or gzip) as a stream: ustar headers with GNU long names and pax records, the kinds that
// published data sets come in. Member by member, so an archive of any size needs the memory of one member.

import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { textOfName } from '@oltr/torch/files'
import { DataError } from '../errors.ts'

const BLOCK = 512

export interface TarEntry {
  readonly name: string
  /** Bytes of content. */
  readonly size: number
  readonly kind: 'file' | 'folder' | 'other'
  /** The whole content; call it before the next entry is asked for. Throws DataError when the archive ends early. */
  read(): Promise<Uint8Array<ArrayBuffer>>
}

/**
 * The members of a `.tar`, `.tar.gz` or `.tgz`, in order. Compression is recognised by content. Throws DataError for a
 * missing file, a damaged header, damaged compression, or an archive that ends before its end mark.
 */
export async function* readTar(path: string): AsyncGenerator<TarEntry> {
  const bytes = new ByteStream(path)
  try {
    let overrides: { name?: string; size?: number } = {}
    for (;;) {
      const at = bytes.position
      const header = await bytes.take(BLOCK)
      if (header.every((byte) => byte === 0)) {
        await bytes.drain()
        return
      }
      checkSum(path, header, at)
      const size = overrides.size ?? octal(path, header.subarray(124, 136), at)
      const type = String.fromCharCode(header[156])
      const padded = Math.ceil(size / BLOCK) * BLOCK
      const end = bytes.position + padded
      if (type === 'L' || type === 'x' || type === 'g') {
        const content = Buffer.from((await bytes.take(padded)).subarray(0, size))
        if (type === 'L') overrides.name = text(content)
        if (type === 'x') overrides = { ...overrides, ...paxRecords(content) }
        continue
      }
      const name = overrides.name ?? joinedName(header)
      overrides = {}
      yield {
        name,
        size,
        kind: type === '0' || type === '\0' || type === '7' ? 'file' : type === '5' ? 'folder' : 'other',
        read: () => bytes.take(size),
      }
      await bytes.skip(end - bytes.position)
    }
  } finally {
    bytes.close()
  }
}

/** Sequential reads of exact lengths from a file, through gunzip where the file is compressed. */
class ByteStream {
  readonly #path: string
  readonly #chunks: AsyncIterator<Buffer>
  #chunk: Buffer = Buffer.alloc(0)
  position = 0

  constructor(path: string) {
    this.#path = path
    this.#chunks = uncompressed(path)
  }

  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const result = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const part = await this.#next(length - filled)
      result.set(part, filled)
      filled += part.length
    }
    return result
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) left -= (await this.#next(left)).length
  }

  /** Reads to the end of the file: only there does gunzip compare its checksum. */
  async drain(): Promise<void> {
    this.#chunk = Buffer.alloc(0)
    for (let part = await this.#chunks.next(); !part.done; ) part = await this.#chunks.next()
  }

  close(): void {
    void this.#chunks.return?.()
  }

  async #next(most: number): Promise<Buffer> {
    while (this.#chunk.length === 0) {
      const { value, done } = await this.#chunks.next()
      if (done) {
        throw new DataError(
          this.#path,
          `the archive is cut short at byte ${this.position} of its content, its end mark is missing; download it again`,
        )
      }
      this.#chunk = value
    }
    const part = this.#chunk.subarray(0, most)
    this.#chunk = this.#chunk.subarray(part.length)
    this.position += part.length
    return part
  }
}

async function* uncompressed(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 })
  try {
    const source = file[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    const first = await source.next()
    if (first.done) throw new DataError(path, 'expected a tar archive, got an empty file; download it again')
    if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
      yield first.value
      for (let part = await source.next(); !part.done; part = await source.next()) yield part.value
      return
    }
    file.destroy()
    const packed = createReadStream(path, { highWaterMark: 1 << 20 })
    const plain = createGunzip({ chunkSize: 1 << 20 })
    packed.on('error', (cause) => plain.destroy(cause))
    try {
      yield* packed.pipe(plain)
    } finally {
      packed.destroy()
      plain.destroy()
    }
  } catch (cause) {
    throw readable(path, cause)
  } finally {
    file.destroy()
  }
}

function readable(path: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException)?.code
  if (code === 'ENOENT') return new DataError(path, 'expected an archive, there is no such file', { cause })
  if (code === 'EISDIR') return new DataError(path, 'expected an archive file, got a folder', { cause })
  if (code === 'Z_BUF_ERROR') {
    return new DataError(path, 'the archive is cut short inside its compressed data; download it again', {
      cause,
    })
  }
  if (code?.startsWith('Z_')) {
    return new DataError(
      path,
      `the compressed data is damaged (${(cause as Error).message}); download it again`,
      { cause },
    )
  }
  return cause
}

function checkSum(path: string, header: Uint8Array, at: number): void {
  let sum = 8 * 32
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i]
  if (sum !== octal(path, header.subarray(148, 156), at)) {
    throw new DataError(
      path,
      `expected a tar header at byte ${at}, its checksum is wrong; download the archive again`,
    )
  }
}

/** A number field: octal digits, or base 256 when the top bit is set (files of 8 GiB and more). */
function octal(path: string, field: Uint8Array, at: number): number {
  if (field[0] & 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, field[0] & 0x7f)
  const digits = text(field).trim()
  if (!/^[0-7]*$/.test(digits)) {
    throw new DataError(path, `expected a tar header at byte ${at}, got other bytes; is this a tar archive?`)
  }
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0)
  return textOfName(end < 0 ? field : field.subarray(0, end))
}

function joinedName(header: Uint8Array): string {
  const name = text(header.subarray(0, 100))
  const ustar = text(header.subarray(257, 262)) === 'ustar'
  const prefix = ustar && header[262] === 0 ? text(header.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** `length key=value\n` records; only the two that change how an entry is read. */
function paxRecords(content: Buffer): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {}
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at)
    const length = Number.parseInt(content.toString('latin1', at, space), 10)
    if (space < 0 || !(length > 0)) break
    const record = content.toString('utf8', space + 1, at + length - 1)
    if (record.startsWith('path='))
      found.name = textOfName(content.subarray(space + 1 + 'path='.length, at + length - 1))
    if (record.startsWith('size=')) found.size = Number(record.slice(5))
    at += length
  }
  return found
}
