// Comma-separated values by RFC 4180, in pieces: cells in quotes may hold commas, quotes and lines. An empty cell is null and
// `""` an empty text, which every other program reads as the same.

import { FormatError } from './format-error.ts'
import { type Chunks, decodeText } from './text-chunks.ts'

export type Cell = string | null

export interface Row {
  readonly cells: readonly Cell[]
  /** Where it begins, from 1. */
  readonly line: number
}

const LONGEST_ROW = 2 ** 20

export function csvRow(cells: readonly Cell[]): string {
  const written = cells.map((cell) => {
    if (cell === null) return ''
    return cell === '' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  })
  return `${written.join(',')}\r\n`
}

/** Rows that end in CRLF or LF; empty lines are passed over. Throws FormatError for quotes that do not pair. */
export async function* csvRows(chunks: Chunks): AsyncIterable<Row> {
  let rest = ''
  let line = 1
  for await (const text of decodeText(chunks)) {
    rest += text
    let from = 0
    for (;;) {
      const end = rowEnd(rest, from)
      if (end < 0) break
      const row = rest.slice(from, end)
      if (row.trim() !== '') yield { cells: cellsOf(row.replace(/\r$/, ''), line), line }
      line += countOf('\n', row) + 1
      from = end + 1
    }
    rest = rest.slice(from)
    if (rest.length > LONGEST_ROW) {
      throw new FormatError(`line ${line}`, `over ${LONGEST_ROW} characters in one row; close its quotes`)
    }
  }
  if (rest.trim() !== '') yield { cells: cellsOf(rest.replace(/\r$/, ''), line), line }
}

/** The next line end outside quotes, or -1. A row has an even number of quotes before its end. */
function rowEnd(text: string, from: number): number {
  let inside = false
  for (let at = from; ; ) {
    const end = text.indexOf('\n', at)
    if (end < 0) return -1
    if (countOf('"', text.slice(at, end)) % 2 === 1) inside = !inside
    if (!inside) return end
    at = end + 1
  }
}

function cellsOf(row: string, line: number): Cell[] {
  const cells: Cell[] = []
  const cell = /"((?:[^"]|"")*)"(?=,|$)|([^",]*)(?=,|$)/y
  for (let at = 0; at <= row.length; at = cell.lastIndex + 1) {
    cell.lastIndex = at
    const found = cell.exec(row)
    if (!found) {
      throw new FormatError(
        `line ${line}`,
        `cell ${cells.length + 1}: expected quotes around the whole cell, with those inside doubled; correct the cell`,
      )
    }
    cells.push(found[1] !== undefined ? found[1].replaceAll('""', '"') : found[2] || null)
  }
  return cells
}

function countOf(character: string, text: string): number {
  let count = 0
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count++
  return count
}
