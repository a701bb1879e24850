// CSV with a header: `path,label` and, optionally, `split` (train, val, test, open). Labels are class names, or integers
// from 0 where every label is one. Fields may be quoted as RFC 4180 has it.

import { readFile } from 'node:fs/promises'
import { DataError } from '../errors.ts'
import { csvRecords } from './csv-records.ts'
import { byCodeUnits } from './image-files.ts'
import type { ReportEntry } from './list-file.ts'
import { allowedLabels, classesIn, refuseEntry } from './list-file.ts'

export type CsvSplit = 'train' | 'val' | 'test' | 'open'

/** Rows of a file; `split` is empty where the file has no such column. */
export interface CsvRows {
  readonly file: string
  readonly paths: string[]
  readonly labels: string[]
  readonly splits: (CsvSplit | '')[]
  /** Line of the file each row starts on, from 1. */
  readonly lines: number[]
}

const SPLIT_NAMES: Record<string, CsvSplit> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
  open: 'open',
  unknown: 'open',
}

/** Reads a CSV file. Throws DataError with the line of the first row that cannot be used. */
export async function readCsv(file: string): Promise<CsvRows> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new DataError(
      file,
      `expected a CSV file, it cannot be read (${(cause as Error).message}); check the path`,
      {
        cause,
      },
    )
  }
  return parseCsv(text, file)
}

/** Parses CSV text: see the top of this file. Columns other than path, label and split are passed over. */
export function parseCsv(text: string, file: string): CsvRows {
  const rows: CsvRows = { file, paths: [], labels: [], splits: [], lines: [] }
  let columns: { path: number; label: number; split: number; count: number } | null = null
  for (const { fields, line } of csvRecords(text, file)) {
    if (!columns) {
      const names = fields.map((name) => name.trim().toLowerCase())
      columns = {
        path: names.indexOf('path'),
        label: names.indexOf('label'),
        split: names.indexOf('split'),
        count: names.length,
      }
      if (columns.path < 0 || columns.label < 0) {
        throw new DataError(
          file,
          `line ${line}: expected a header with path and label, got "${names.join(',')}"`,
        )
      }
      continue
    }
    if (fields.length !== columns.count) {
      throw new DataError(
        file,
        `line ${line}: expected ${columns.count} fields, got ${fields.length}; quote commas in names`,
      )
    }
    const path = fields[columns.path].trim()
    if (path === '') throw new DataError(file, `line ${line}: expected a path, the field is empty`)
    const split = columns.split < 0 ? '' : fields[columns.split].trim().toLowerCase()
    if (split !== '' && !(split in SPLIT_NAMES)) {
      throw new DataError(file, `line ${line}: split "${split}" is not one of train, val, test, open`)
    }
    if (split === '' && columns.split >= 0) {
      throw new DataError(
        file,
        `line ${line}: expected a split (train, val, test or open), the field is empty`,
      )
    }
    rows.paths.push(path)
    rows.labels.push(fields[columns.label].trim())
    rows.splits.push(split === '' ? '' : SPLIT_NAMES[split])
    rows.lines.push(line)
  }
  if (rows.paths.length === 0) throw new DataError(file, 'expected a header and rows, there are no rows')
  return rows
}

/**
 * Class names of the rows that `known` picks: numbered where every label is an integer, else the distinct names in sorted
 * order. `given` names the classes (and their order) instead.
 */
export function csvClasses(
  rows: CsvRows,
  known: readonly number[],
  given?: readonly string[],
  report?: ReportEntry,
): string[] {
  if (given) return [...given]
  const texts = known.map((row) => rows.labels[row])
  if (!texts.every(isInteger)) return [...new Set(texts)].sort(byCodeUnits)
  const labels = texts.map(Number)
  const lines = known.map((row) => rows.lines[row])
  // Reported, if at all, when the labels are looked up: here only the number of classes is wanted.
  const rules = { unknown: 'refused', report: report && (() => {}) } as const
  const allowed = allowedLabels(labels, lines, rows.file, rules)
  return Array.from({ length: classesIn(allowed.map((i) => labels[i])) }, (_, label) => `class ${label}`)
}

/**
 * Rows whose label is one of the classes, and their integer labels. Throws DataError with the line of a label that is none
 * of them, or reports and leaves it out.
 */
export function csvLabels(
  rows: CsvRows,
  chosen: readonly number[],
  classNames: readonly string[],
  report?: ReportEntry,
): { rows: number[]; labels: Int32Array } {
  const byName = new Map(classNames.map((name, label) => [name, label]))
  const kept: number[] = []
  const labels: number[] = []
  for (const row of chosen) {
    const text = rows.labels[row]
    const label = byName.get(text) ?? (isInteger(text) ? Number(text) : Number.NaN)
    if (label >= 0 && label < classNames.length) {
      kept.push(row)
      labels.push(label)
      continue
    }
    const expected = `expected one of the ${classNames.length} classes of the training rows`
    refuseEntry(
      rows.file,
      rows.lines[row],
      `label "${text}" is out of range, ${expected}; correct the line`,
      report,
    )
  }
  return { rows: kept, labels: Int32Array.from(labels) }
}

function isInteger(text: string): boolean {
  return /^[+-]?\d+$/.test(text)
}
