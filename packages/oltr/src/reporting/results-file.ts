// Published numbers: one CSV row for each model, with its protocol card. A number without the command, the seed, the
// size of the model and the rule that chose the epoch is not a result.

import { existsSync, readFileSync } from 'node:fs'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { csvField } from '../datasets/csv-records.ts'
import { DataError } from '../errors.ts'
import type { EvaluationReport } from '../metrics/evaluation-report.ts'

/** Everything about a run that a row must say beside its numbers. */
export interface ProtocolCard {
  readonly recipe: string
  readonly command: string
  readonly commit: string
  readonly seed: number
  readonly backbone: string
  readonly parameters: number
  /** SHA-256 of the index list of the training images. */
  readonly trainingSplit: string
  readonly trainingImages: number
  readonly epochs: string
  readonly augmentation: string
  readonly selection: string
  readonly precision: string
  readonly hardware: string
}

/** One row: a model of a run, its card and its report. */
export interface ResultRow {
  readonly model: string
  readonly card: ProtocolCard
  readonly report: EvaluationReport
}

/**
 * Adds rows to a results file, or starts it. A row of the same command, seed and model replaces the one before.
 * Throws DataError when the file has other columns.
 */
export function addResults(file: string, rows: readonly ResultRow[]): void {
  addRows(file, rows.map(cellsOf), keyOf)
}

/** One row of a results file: its cells by the names of their columns, in their order. */
export type Cells = Record<string, string>

/** Adds rows to a CSV file, or starts it. A row with the key of a new one gives way. Throws DataError for other columns. */
export function addRows(file: string, added: readonly Cells[], keyOf: (row: Cells) => string): void {
  if (added.length === 0) return
  const header = Object.keys(added[0]!).join(',')
  const keys = new Set(added.map(keyOf))
  const kept = existsSync(file) ? readRows(file, header).filter((row) => !keys.has(keyOf(row))) : []
  const lines = [...kept, ...added].map((row) => Object.values(row).map(csvField).join(','))
  writeFileAtomicSync(file, `${[header, ...lines].join('\n')}\n`)
}

function cellsOf({ model, card, report }: ResultRow): Cells {
  const { closed, open, scores } = report
  const point = open[0]
  const cells: Cells = {
    model,
    closed_many: percent(closed.many),
    closed_medium: percent(closed.medium),
    closed_few: percent(closed.few),
    closed_overall: percent(closed.overall),
    threshold: point ? `${point.threshold.score} ${Number(point.threshold.value.toPrecision(4))}` : '-',
    open_many: percent(point?.accuracy.many),
    open_medium: percent(point?.accuracy.medium),
    open_few: percent(point?.accuracy.few),
    unknown_rejected: percent(point?.unknownRejected),
    known_rejected_many: percent(point?.knownRejected.many),
    known_rejected_medium: percent(point?.knownRejected.medium),
    known_rejected_few: percent(point?.knownRejected.few),
    open_f: point?.openF?.toFixed(3) ?? '-',
    macro_f1: point?.macroF1?.toFixed(3) ?? '-',
  }
  for (const name of ['maxSoftmax', 'energy', 'reachability']) {
    cells[`auroc_${name}`] = percent(scores[name]?.auroc)
    cells[`fpr95_${name}`] = percent(scores[name]?.fpr95)
  }
  cells.known_images = String(report.images.known)
  cells.unknown_images = String(report.images.unknown)
  for (const [name, value] of Object.entries(card)) cells[name] = String(value)
  return cells
}

function keyOf(row: Cells): string {
  return [row.command, row.seed, row.model].join('\n')
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '-' : (100 * share).toFixed(2)
}

function readRows(file: string, header: string): Cells[] {
  const [found, ...lines] = parseCsv(readFileSync(file, 'utf8').trimEnd())
  if (found!.join(',') !== header) throw new DataError(file, `has other columns; expected ${header}`)
  return lines.map((values, i) => {
    if (values.length !== found!.length)
      throw new DataError(
        file,
        `row ${i + 1} has ${values.length} cells, expected ${found!.length}; mend or remove it`,
      )
    return Object.fromEntries(found!.map((name, c) => [name, values[c]!]))
  })
}

/** Rows of cells; a cell in quotes may hold commas, quotes and line ends. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, inQuotes, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/gy)) {
    rows.at(-1)!.push(inQuotes?.replaceAll('""', '"') ?? bare!)
    if (end === '') break
    if (end === '\n') rows.push([])
  }
  return rows
}
