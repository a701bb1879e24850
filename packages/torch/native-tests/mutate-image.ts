// Damaged copies of a JPEG or PNG, drawn from a seed: what bad disks, broken downloads and people with bad intentions
// make of a file. Half of the damage keeps the file's structure, and checksums are put right in half of those, so that
// it reaches the code behind the first check.

import { crc32, deflateSync, inflateSync } from 'node:zlib'
import type { SeededRandom } from '../src/data/seeded-random.ts'

/** A part of a file that has a length of its own: a JPEG segment, marker included, or a PNG chunk. */
interface Part {
  readonly start: number
  readonly end: number
  /** Where its length stands. */
  readonly length: number
}

type Mutation = (bytes: Buffer, random: SeededRandom, other: Buffer) => Buffer

/** The bytes at which sums, products and comparisons go wrong. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff]

const isPng = (bytes: Buffer): boolean => bytes[0] === 0x89

function pngParts(bytes: Buffer): Part[] {
  const parts: Part[] = []
  for (let start = 8; start + 12 <= bytes.length; ) {
    const end = Math.min(bytes.length, start + 12 + bytes.readUInt32BE(start))
    parts.push({ start, end, length: start })
    start = end
  }
  return parts
}

function jpegParts(bytes: Buffer): Part[] {
  const parts: Part[] = []
  for (let start = 2; start + 4 <= bytes.length && bytes[start] === 0xff; ) {
    const end = Math.min(bytes.length, start + 2 + bytes.readUInt16BE(start + 2))
    parts.push({ start, end, length: start + 2 })
    if (bytes[start + 1] === 0xda) break // the compressed pixels follow
    start = end
  }
  return parts
}

const partsOf = (bytes: Buffer): Part[] => (isPng(bytes) ? pngParts(bytes) : jpegParts(bytes))

/** Makes the checksum of every chunk right again. */
function repair(bytes: Buffer): Buffer {
  for (const { start, end } of isPng(bytes) ? pngParts(bytes) : [])
    if (end - start >= 12) bytes.writeUInt32BE(crc32(bytes.subarray(start + 4, end - 4)), end - 4)
  return bytes
}

const pick = <T>(list: readonly T[], random: SeededRandom): T => list[random.below(list.length)]!

const flipBits: Mutation = (bytes, random) => {
  for (let flips = 1 + random.below(8); flips > 0; flips--)
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
  return bytes
}

const overwriteRun: Mutation = (bytes, random) => {
  const start = random.below(bytes.length)
  const run = bytes.subarray(start, start + 1 + random.below(32))
  if (random.below(2) === 0) run.fill(pick(EDGES, random))
  else for (let i = 0; i < run.length; i++) run[i] = random.below(256)
  return bytes
}

const insertOrDelete: Mutation = (bytes, random) => {
  const at = random.below(bytes.length)
  const from = Math.min(bytes.length, at + random.below(64))
  const inserted = random.below(2) === 0 ? Buffer.alloc(0) : Buffer.alloc(random.below(64), random.below(256))
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(from)])
}

/** The beginning of one file and the end of another. */
const splice: Mutation = (bytes, random, other) =>
  Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length))])

/** Segments or chunks lost, repeated, exchanged, or taken from another file. */
const rearrangeParts: Mutation = (bytes, random, other) => {
  const parts = partsOf(bytes)
  if (parts.length === 0) return bytes
  const [a, b] = [pick(parts, random), pick(parts, random)]
  const foreign = partsOf(other)
  const inserted = [
    Buffer.alloc(0),
    bytes.subarray(b.start, b.end),
    ...foreign.map(({ start, end }) => other.subarray(start, end)),
  ]
  return Buffer.concat([
    bytes.subarray(0, a.start),
    pick(inserted, random),
    bytes.subarray(random.below(2) === 0 ? a.start : a.end),
  ])
}

const editLength: Mutation = (bytes, random) => {
  const parts = partsOf(bytes)
  if (parts.length === 0) return bytes
  const { length } = pick(parts, random)
  const width = isPng(bytes) ? 4 : 2
  const now = bytes.readUIntBE(length, width)
  const value = pick([0, 1, 2, 3, 0x7fff, 0x7fffffff, -1, now - 1, now + 1, now * 2], random)
  bytes.writeUIntBE((value >>> 0) % 2 ** (8 * width), length, width)
  return bytes
}

/** A header's field, a table's entry, a pixel of a note: bytes inside of one part. */
const editPart: Mutation = (bytes, random) => {
  const parts = partsOf(bytes).filter(({ start, end }) => end - start > 8)
  if (parts.length === 0) return bytes
  const { start, end } = pick(parts, random)
  for (let edits = 1 + random.below(4); edits > 0; edits--)
    bytes[start + random.below(end - start)] = random.below(2) === 0 ? pick(EDGES, random) : random.below(256)
  return bytes
}

/** Width and height as the header says them. */
const editSize: Mutation = (bytes, random) => {
  const frame = jpegParts(bytes).find(({ start }) => (bytes[start + 1]! & 0xfc) === 0xc0)
  const [at, width] = isPng(bytes) ? [16, 4] : [(frame?.start ?? bytes.length) + 5, 2]
  for (const place of [at, at + width])
    if (place + width <= bytes.length && random.below(3) > 0)
      bytes.writeUIntBE(pick([0, 1, 2, 7, 17, 9000, 65500, 65535], random), place, width)
  return bytes
}

/** Damage to the rows themselves, compressed again: what the checksum and the inflater would have stopped. */
const editRows: Mutation = (bytes, random) => {
  const part = isPng(bytes)
    ? pngParts(bytes).find((one) => bytes.toString('latin1', one.start + 4, one.start + 8) === 'IDAT')
    : undefined
  if (part === undefined) return editPart(bytes, random, bytes)
  let rows: Buffer
  try {
    rows = inflateSync(bytes.subarray(part.start + 8, part.end - 4))
  } catch {
    return bytes // damaged before
  }
  overwriteRun(rows, random, rows)
  const cut = random.below(3) === 0 ? rows.subarray(0, random.below(rows.length)) : rows
  const data = deflateSync(random.below(3) === 0 ? Buffer.concat([cut, rows]) : cut)
  const chunk = Buffer.alloc(data.length + 12)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write('IDAT', 4)
  data.copy(chunk, 8)
  return Buffer.concat([bytes.subarray(0, part.start), chunk, bytes.subarray(part.end)])
}

const mutations = [
  ...[flipBits, overwriteRun, insertOrDelete, splice],
  ...[rearrangeParts, editLength, editSize, editPart, editRows],
]

/** A damaged copy of `bytes`, with pieces of `other`; not longer than a few times the two. */
export function mutateImage(bytes: Buffer, other: Buffer, random: SeededRandom): Buffer {
  let damaged: Buffer = Buffer.from(bytes)
  for (let rounds = random.below(4) === 0 ? 2 : 1; rounds > 0; rounds--) {
    if (damaged.length === 0) return damaged
    damaged = Buffer.from(pick(mutations, random)(damaged, random, other))
  }
  return random.below(2) === 0 ? repair(damaged) : damaged
}
