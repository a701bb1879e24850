// Writes so many records in one format and prints what it took, as JSON. A program of its own, for the test runner keeps a book
// of promises that grows with every record.

import { manyRecords } from './annotation-record.fixture.ts'
import { formats } from './formats.ts'

export interface Measured {
  readonly characters: number
  readonly longestPiece: number
  readonly seconds: number
  /** Bytes of memory above those at the start, at most. */
  readonly memory: number
}

const [name, count] = process.argv.slice(2)
const before = process.memoryUsage.rss()
const start = performance.now()
let [characters, longestPiece, memory] = [0, 0, 0]

function note(text: string): void {
  characters += text.length
  longestPiece = Math.max(longestPiece, text.length)
  memory = Math.max(memory, process.memoryUsage.rss() - before)
}

for await (const piece of formats[name as keyof typeof formats].write(manyRecords(Number(count)))) {
  if (typeof piece === 'string') note(piece)
  else if ('content' in piece) for await (const text of piece.content) note(text)
}
const seconds = (performance.now() - start) / 1000
console.log(JSON.stringify({ characters, longestPiece, seconds, memory } satisfies Measured))
