// One record a row, for spreadsheets. A spreadsheet runs a cell that begins like a formula, so such a cell gets an apostrophe
// in front, which reading takes off again.

import { type AnnotationRecord, checkRecord, FIELDS, LATER_FIELDS } from './annotation-record.ts'
import { type Cell, csvRow, csvRows, type Row } from './csv-rows.ts'
import { FormatError, quoted } from './format-error.ts'
import { type Chunks, inLargePieces } from './text-chunks.ts'

// A text that only looks neutralised ('=x) gets a further apostrophe, so that taking one off is exact.
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/
const neutralised = /^'+[=+\-@\t\r\n＝＋－＠]/

const neutralise = (text: string): string => (formula.test(text) ? `'${text}` : text)
const restore = (text: string): string => (neutralised.test(text) ? text.slice(1) : text)

export function writeCsv(records: AsyncIterable<AnnotationRecord>): AsyncIterable<string> {
  return inLargePieces(csvLines(records))
}

async function* csvLines(records: AsyncIterable<AnnotationRecord>): AsyncIterable<string> {
  yield csvRow(FIELDS)
  for await (const record of records) {
    yield csvRow(
      FIELDS.map((field) => {
        const value = record[field]
        return typeof value === 'string' ? neutralise(value) : value === null ? null : String(value)
      }),
    )
  }
}

/** The columns may come in any order, further ones are passed over. Throws FormatError with the line of what is wrong. */
export async function* readCsv(chunks: Chunks): AsyncIterable<AnnotationRecord> {
  let columns: number[] | null = null
  let width = 0
  for await (const row of csvRows(chunks)) {
    if (columns === null) {
      columns = columnsOf(row)
      width = row.cells.length
      continue
    }
    if (row.cells.length !== width) {
      throw new FormatError(
        `line ${row.line}`,
        `expected ${width} cells as in the header, got ${row.cells.length}; put quotes around cells with commas`,
      )
    }
    const { cells, line } = row
    const record = Object.fromEntries(
      FIELDS.map((field, i) => [field, fieldValue(field, cells[columns![i]!] ?? null)]),
    )
    yield checkRecord(record, `line ${line}`)
  }
  if (columns === null)
    throw new FormatError('line 1', `expected a header with ${FIELDS.join(', ')}; export again`)
}

function columnsOf({ cells, line }: Row): number[] {
  return FIELDS.map((field) => {
    const at = cells.indexOf(field)
    if (at < 0 && LATER_FIELDS.has(field)) return at
    if (at >= 0 && cells.indexOf(field, at + 1) < 0) return at
    const came = at < 0 ? 'it is missing' : 'there are two'
    throw new FormatError(
      `line ${line}`,
      `expected one column "${field}", ${came} in ${quoted(cells.join(','))}; correct the header`,
    )
  })
}

const numbers = new Set<keyof AnnotationRecord>(['round', 'width', 'height', 'at'])
const neverNull = new Set<keyof AnnotationRecord>(['file', 'annotator'])

/** A cell as its field's type; what does not fit stays as it is, for the check to name. */
function fieldValue(field: keyof AnnotationRecord, cell: Cell): unknown {
  // Spreadsheets write `""` back as an empty cell.
  if (cell === null) return neverNull.has(field) ? '' : null
  if (numbers.has(field)) return /^\d+$/.test(cell) ? Number(cell) : cell
  if (field === 'undone') return /^(true|false)$/i.test(cell) ? cell.toLowerCase() === 'true' : cell
  return restore(cell)
}
