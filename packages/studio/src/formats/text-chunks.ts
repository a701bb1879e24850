// Text that comes and goes in pieces: bytes become characters, small pieces become large ones, a text becomes its lines, or a
// document of limited size.

import { FormatError } from './format-error.ts'
import { DEEPEST, isTooDeep } from './json-depth.ts'

export type Chunks = AsyncIterable<Buffer | string>

const MiB = 2 ** 20
/** A record is at most a few thousand characters. */
const LONGEST_LINE = MiB
/** Documents that are parsed as a whole may not be larger. */
export const LARGEST_DOCUMENT = 256 * MiB

/** Characters of UTF-8, across the edges of pieces; a byte order mark at the start is dropped. */
export async function* decodeText(chunks: Chunks): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let first = true
  const clean = (text: string): string => {
    if (!first || text === '') return text
    first = false
    return text.startsWith('\ufeff') ? text.slice(1) : text
  }
  try {
    for await (const chunk of chunks) {
      yield clean(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
    }
    yield clean(decoder.decode())
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new FormatError('the file', 'expected UTF-8, it holds other bytes; save it as UTF-8', { cause })
  }
}

/** The lines of a text, numbered from 1, without their ends. */
export async function* linesOf(chunks: Chunks): AsyncIterable<{ line: string; number: number }> {
  let number = 1
  let rest = ''
  for await (const text of decodeText(chunks)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      // Empty ones are nobody's record: a file of nothing else is read in a moment.
      if (line !== '') yield { line: line.replace(/\r$/, ''), number }
      number++
    }
    if (rest.length > LONGEST_LINE) {
      throw new FormatError(`line ${number}`, `over ${LONGEST_LINE} characters long; give one record a line`)
    }
  }
  if (rest !== '') yield { line: rest, number }
}

/** The whole of a JSON document. */
export async function readDocument(chunks: Chunks): Promise<unknown> {
  const parts: string[] = []
  let length = 0
  for await (const text of decodeText(chunks)) {
    length += text.length
    if (length > LARGEST_DOCUMENT) {
      throw new FormatError('the file', `over ${LARGEST_DOCUMENT / MiB} MiB; split it, or use JSONL or CSV`)
    }
    parts.push(text)
  }
  const text = parts.join('')
  if (isTooDeep(text))
    throw new FormatError('the file', `expected JSON nested at most ${DEEPEST} deep; export it again`)
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = (cause as Error).message
    throw new FormatError('the file', `expected one JSON document (${why}); export it again`, { cause })
  }
}

/** Small pieces joined to pieces of 64 thousand characters: a connection pays for each piece. */
export async function* inLargePieces(pieces: AsyncIterable<string>): AsyncIterable<string> {
  let parts: string[] = []
  let length = 0
  for await (const piece of pieces) {
    parts.push(piece)
    length += piece.length
    if (length < 65_536) continue
    yield parts.join('')
    parts = []
    length = 0
  }
  if (length > 0) yield parts.join('')
}
