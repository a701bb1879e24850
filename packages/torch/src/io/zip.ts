// A strict reader of zip archives (PKWARE APPNOTE 6.3.10), zip64 included: stored and deflated entries, in memory.
// The central directory is the truth and must tile the archive consistently; limits keep small archives small.

import { crc32, inflateRawSync } from 'node:zlib'
import { FormatError } from '../errors.ts'

export interface ZipOptions {
  /** Bytes that compressed entries may take in all when expanded. Default 2 GiB. */
  maxExpandedBytes?: number
  /** Check each entry's CRC-32 when it is read. Default true. */
  verifyCrc?: boolean
}

interface Entry {
  readonly name: string
  readonly deflated: boolean
  readonly crc: number
  /** Bytes in the archive. */
  readonly packed: number
  /** Bytes of the contents. */
  readonly size: number
  /** Where the contents begin in the archive. */
  readonly start: number
}

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const locatorSignature = 0x07064b50
const centralSignature = 0x02014b50
const localSignature = 0x04034b50

// Entries larger than this may not shrink to less than one part in `maxRatio`: so small they are bombs.
const ratioMatters = 16 * 1024 * 1024
const maxRatio = 250

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A zip archive whose directory was read and checked; contents are read and checked one by one. */
export class ZipArchive {
  readonly file: string
  readonly #bytes: Buffer
  readonly #entries = new Map<string, Entry>()
  readonly #verifyCrc: boolean
  #expandable: number

  /**
   * @param bytes the whole archive
   * @param file its name, for errors
   * @throws FormatError when the archive is cut short, inconsistent, encrypted, split, or has unsafe or duplicate names
   */
  constructor(bytes: Uint8Array, file: string, options: ZipOptions = {}) {
    this.file = file
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#verifyCrc = options.verifyCrc ?? true
    this.#expandable = options.maxExpandedBytes ?? 2 ** 31
    this.#readDirectory()
  }

  /** Names of the files in the archive, in the order of its directory. */
  names(): string[] {
    return [...this.#entries.keys()]
  }

  /** The size of an entry's contents, or undefined when there is no such entry. */
  size(name: string): number | undefined {
    return this.#entries.get(name)?.size
  }

  /**
   * The contents of an entry: a view of the archive where they are stored, a fresh buffer where they are deflated.
   * @throws FormatError when it is missing, damaged, or expands beyond the limits
   */
  read(name: string): Uint8Array {
    const entry = this.#entries.get(name)
    if (!entry) throw new FormatError(this.file, `the archive has no entry "${name}"`)
    const packed = this.#bytes.subarray(entry.start, entry.start + entry.packed)
    const content = entry.deflated ? this.#inflate(entry, packed) : packed
    if (this.#verifyCrc && crc32(content) !== entry.crc)
      this.#fail(`the contents of "${name}" do not match their CRC-32: the archive is damaged`, entry.start)
    return content
  }

  #inflate(entry: Entry, packed: Buffer): Buffer {
    const { name, size, start } = entry
    if (size > ratioMatters && size > maxRatio * packed.byteLength)
      this.#fail(
        `"${name}" would expand ${Math.round(size / packed.byteLength)} times: refused as a bomb`,
        start,
      )
    if (size > this.#expandable) this.#fail(`"${name}" would expand beyond the limit of the archive`, start)
    this.#expandable -= size
    let content: Buffer
    try {
      content = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
    } catch (cause) {
      throw new FormatError(this.file, `"${name}" could not be decompressed: the archive is damaged`, {
        offset: start,
        cause,
      })
    }
    if (content.byteLength !== size)
      this.#fail(`"${name}" has ${content.byteLength} bytes where ${size} are stated`, start)
    return content
  }

  #fail(message: string, offset: number): never {
    throw new FormatError(this.file, message, { offset })
  }

  #readDirectory(): void {
    const { count, start, size, limit } = this.#findDirectory()
    if (start + size !== limit)
      this.#fail('the directory of the archive does not end where its end record begins', start)
    const extents: { from: number; to: number; name: string }[] = []
    let at = start
    for (let i = 0; i < count; i++) {
      if (at + 46 > limit || this.#bytes.readUInt32LE(at) !== centralSignature)
        this.#fail('an entry of the directory was expected', at)
      at = this.#readEntry(at, start, limit, extents)
    }
    if (at !== limit) this.#fail('the directory is longer than its entries', at)
    extents.sort((a, b) => a.from - b.from)
    for (let i = 1; i < extents.length; i++)
      if (extents[i].from < extents[i - 1].to)
        this.#fail(`"${extents[i].name}" overlaps "${extents[i - 1].name}"`, extents[i].from)
  }

  #findDirectory(): { count: number; start: number; size: number; limit: number } {
    const bytes = this.#bytes
    let end = bytes.byteLength - 22
    const lowest = Math.max(0, end - 0xffff)
    // The end record stands last, behind it only a comment of the length it states.
    while (end >= lowest && !this.#isEnd(end)) end--
    if (end < lowest) this.#fail('no end record: not a zip archive, or cut short', bytes.byteLength)
    const locator = end - 20
    if (locator >= 0 && bytes.readUInt32LE(locator) === locatorSignature) return this.#directory64(locator)
    if (bytes.readUInt16LE(end + 4) !== 0 || bytes.readUInt16LE(end + 6) !== 0)
      this.#fail('an archive in several parts is not read', end)
    return {
      count: bytes.readUInt16LE(end + 10),
      size: bytes.readUInt32LE(end + 12),
      start: bytes.readUInt32LE(end + 16),
      limit: end,
    }
  }

  #isEnd(at: number): boolean {
    const bytes = this.#bytes
    return (
      bytes.readUInt32LE(at) === endSignature && at + 22 + bytes.readUInt16LE(at + 20) === bytes.byteLength
    )
  }

  #directory64(locator: number): { count: number; start: number; size: number; limit: number } {
    const limit = this.#uint64(locator + 8)
    if (limit + 56 > locator || this.#bytes.readUInt32LE(limit) !== end64Signature)
      this.#fail('the zip64 end record is not where it is stated to be', locator)
    if (this.#bytes.readUInt32LE(limit + 16) !== 0 || this.#bytes.readUInt32LE(limit + 20) !== 0)
      this.#fail('an archive in several parts is not read', limit)
    return {
      count: this.#uint64(limit + 32),
      size: this.#uint64(limit + 40),
      start: this.#uint64(limit + 48),
      limit,
    }
  }

  /** Reads one entry of the directory, and its local header; returns where the next begins. */
  #readEntry(
    at: number,
    directory: number,
    limit: number,
    extents: { from: number; to: number; name: string }[],
  ): number {
    const bytes = this.#bytes
    const flags = bytes.readUInt16LE(at + 8)
    const method = bytes.readUInt16LE(at + 10)
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28)
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30)
    const next = extraEnd + bytes.readUInt16LE(at + 32)
    if (next > limit) this.#fail('the directory is cut short', at)
    const name = this.#name(bytes.subarray(at + 46, nameEnd), at)
    if (flags & 0x2041) this.#fail(`"${name}" is encrypted: decrypt the archive first`, at)
    if (method !== 0 && method !== 8)
      this.#fail(`"${name}" is compressed by method ${method}; 0 and 8 are read`, at)
    const [size, packed, local] = this.#sizes(at, nameEnd, extraEnd)

    if (local + 30 > directory || bytes.readUInt32LE(local) !== localSignature)
      this.#fail(`"${name}" is not where the directory says`, at)
    const localNameEnd = local + 30 + bytes.readUInt16LE(local + 26)
    const start = localNameEnd + bytes.readUInt16LE(local + 28)
    if (start + packed > directory)
      this.#fail(`"${name}" does not fit in the archive: it is cut short`, local)
    if (!bytes.subarray(local + 30, localNameEnd).equals(bytes.subarray(at + 46, nameEnd)))
      this.#fail(`"${name}" has another name in front of its contents`, local)
    if (bytes.readUInt16LE(local + 8) !== method || (method === 0 && packed !== size))
      this.#fail(`"${name}" contradicts itself on its compression`, local)
    extents.push({ from: local, to: start + packed, name })
    if (name.endsWith('/')) return next
    if (this.#entries.has(name)) this.#fail(`"${name}" appears twice`, at)
    this.#entries.set(name, {
      name,
      deflated: method === 8,
      crc: bytes.readUInt32LE(at + 16),
      packed,
      size,
      start,
    })
    return next
  }

  #name(raw: Uint8Array, at: number): string {
    let name: string
    try {
      name = utf8.decode(raw)
    } catch {
      return this.#fail('the name of an entry is not valid UTF-8', at)
    }
    const unsafe = name === '' || /[\\\0]|^\/|^[a-zA-Z]:/.test(name) || name.split('/').includes('..')
    if (unsafe) this.#fail(`the name ${JSON.stringify(name)} of an entry leads out of the archive`, at)
    return name
  }

  /** Size, packed size and place: from the zip64 field where the 32-bit ones are full. */
  #sizes(at: number, extra: number, extraEnd: number): [number, number, number] {
    const values: [number, number, number] = [
      this.#bytes.readUInt32LE(at + 24),
      this.#bytes.readUInt32LE(at + 20),
      this.#bytes.readUInt32LE(at + 42),
    ]
    if (!values.includes(0xffffffff)) return values
    for (let field = extra; field + 4 <= extraEnd; ) {
      const end = field + 4 + this.#bytes.readUInt16LE(field + 2)
      if (end > extraEnd) break
      if (this.#bytes.readUInt16LE(field) === 1) {
        let from = field + 4
        for (let i = 0; i < 3; i++) {
          if (values[i] !== 0xffffffff) continue
          if (from + 8 > end) this.#fail('a zip64 field is too short', field)
          values[i] = this.#uint64(from)
          from += 8
        }
        return values
      }
      field = end
    }
    return this.#fail('a zip64 field is missing', at)
  }

  #uint64(at: number): number {
    const value = Number(this.#bytes.readBigUInt64LE(at))
    if (!Number.isSafeInteger(value)) this.#fail('a size is too large', at)
    return value
  }
}
