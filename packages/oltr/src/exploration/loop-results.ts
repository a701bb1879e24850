// Published numbers of dynamic loops: one CSV row for each protocol, arm, budget and stage, with its card, and a small table
// for a README. A number without its seeds, its command and its base model is not a result.

import { ConfigError } from '../errors.ts'
import { addRows, type Cells } from '../reporting/results-file.ts'
import { escapeMarkdown, formatTable } from '../reporting/table.ts'
import type { LoopRecord } from './loop-record.ts'
import { LOOP_METRICS, type LoopCell, type LoopMetric, loopCells } from './loop-statistics.ts'
import { accuracyTable } from './loop-tables.ts'

/** Everything about a loop that a row must say beside its numbers. */
export interface LoopCard {
  readonly command: string
  readonly commit: string
  /** SHA-256 of the model that the loop began with. */
  readonly baseModel: string
  readonly recipe: string
  readonly backbone: string
  readonly parameters: number
  /** The rule that chose what was compared, such as the epoch of the base model and the settings of the arms. */
  readonly selection: string
  /** How the pools were drawn. */
  readonly pool: string
  /** Who answered: an oracle, or a crowd with its errors. */
  readonly annotator: string
  readonly hardware: string
  readonly wallSeconds: number
}

/**
 * Adds rows to a results file, or starts it. A row of the same command, protocol, arm, budget and stage replaces the one before.
 * Throws DataError when the file has other columns.
 */
export function addLoopResults(file: string, records: readonly LoopRecord[], card: LoopCard): void {
  addRows(
    file,
    loopCells(records).map((cell) => cellsOf(cell, card)),
    keyOf,
  )
}

/**
 * A table for a README, in percent, mean ± standard deviation over seeds: accuracy on the open classes by budget, or accuracies
 * on the known and the open classes by stage. Throws ConfigError when the protocol has no records.
 */
export function loopMarkdownTable(records: readonly LoopRecord[], protocol: string): string {
  if (!records.some((record) => record.protocol === protocol))
    throw new ConfigError('loop.protocol', protocol, 'expected a protocol that has records')
  const { columns, rows } = accuracyTable(records, protocol)
  return formatTable(
    columns.map((column) => ({ ...column, title: escapeMarkdown(column.title) })),
    rows.map((row) => row.map(escapeMarkdown)),
    'markdown',
  )
}

function cellsOf(cell: LoopCell, card: LoopCard): Cells {
  const { protocol, arm, budget, stage, seeds, metrics } = cell
  const cells: Cells = { protocol, arm, budget, stage: String(stage) }
  for (const metric of LOOP_METRICS) {
    const name = metric.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`)
    const value = metrics[metric]
    cells[`${name}_mean`] = number(value?.mean, metric)
    cells[`${name}_sd`] = number(value?.sd, metric)
    cells[`${name}_n`] = String(value?.n ?? 0)
  }
  cells.seeds = seeds.join(' ')
  // One by one: the columns have this order, whatever order the card was made in.
  for (const name of CARD_COLUMNS) cells[name] = String(card[name])
  return cells
}

const CARD_COLUMNS = [
  'command',
  'commit',
  'baseModel',
  'recipe',
  'backbone',
  'parameters',
  'selection',
  'pool',
  'annotator',
  'hardware',
  'wallSeconds',
] as const satisfies readonly (keyof LoopCard)[]

function keyOf(row: Cells): string {
  return JSON.stringify([row.command, row.protocol, row.arm, row.budget, row.stage])
}

/** Percent, but for images. */
function number(value: number | null | undefined, metric: LoopMetric): string {
  if (value === null || value === undefined) return '-'
  return (metric === 'labelled' ? value : 100 * value).toFixed(2)
}
