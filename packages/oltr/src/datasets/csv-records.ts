// The records of a CSV text as RFC 4180 has it (quoted fields, doubled quotes, line ends inside quotes), each with the line
// it starts on. Blank lines are passed over.

import { DataError } from '../errors.ts'

export interface CsvRecord {
  readonly fields: readonly string[]
  /** From 1. */
  readonly line: number
}

/** A value as a field: in quotes where it needs them. */
export function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** Throws DataError for a quote that is never closed or goes on after it was. */
export function csvRecords(text: string, file: string): CsvRecord[] {
  const records: CsvRecord[] = []
  let fields: string[] = []
  let [line, first] = [1, 1]
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y
  field.lastIndex = text.startsWith('\ufeff') ? 1 : 0
  while (field.lastIndex < text.length || fields.length > 0) {
    const match = field.exec(text)
    if (!match) {
      throw new DataError(
        file,
        `line ${first}: a quoted field is never closed, or goes on after its quotes; close it, double the quotes inside`,
      )
    }
    fields.push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'))
    line += match[0].split('\n').length - 1
    if (match[3] === ',') continue
    if (fields.length > 1 || fields[0].trim() !== '') records.push({ fields, line: first })
    fields = []
    first = line
  }
  return records
}
