// The tables of a dynamic loop: the accuracies at a glance, the differences from random selection with their verdicts, and
// all numbers. Percent, mean ± standard deviation over seeds.

import { type Column, decimal, percent } from '../reporting/table.ts'
import { BUDGET_CURVE, budgetSize, lineName } from './loop-charts.ts'
import type { LoopRecord } from './loop-record.ts'
import {
  differencesFromRandom,
  type LoopCell,
  type LoopMetric,
  loopCells,
  REFERENCES,
  type SeedSpread,
  verdict,
} from './loop-statistics.ts'

export interface LoopTable {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
}

/** Arms down, budgets across: accuracy on the open classes. Or stages across: on the known and the open classes. */
export function accuracyTable(records: readonly LoopRecord[], protocol: string): LoopTable {
  const cells = loopCells(records).filter((cell) => cell.protocol === protocol)
  const isCurve = protocol === BUDGET_CURVE
  return armRows(
    cells,
    placesOf(cells).map((place) => ({
      place,
      column: { title: isCurve ? place : `${place} known / unknown`, align: 'right' },
      write: ({ metrics: { known, unknown } }) =>
        isCurve ? meanAndSd(unknown) : `${meanAndSd(known)} / ${meanAndSd(unknown)}`,
    })),
  )
}

/** The same for each strategy minus random, seed by seed, with the 95 % interval and what it says. */
export function differenceTable(
  records: readonly LoopRecord[],
  protocol: string,
  metric: LoopMetric,
): LoopTable {
  const cells = differencesFromRandom(records).filter(
    (cell) => cell.protocol === protocol && !REFERENCES.includes(cell.arm),
  )
  return armRows(
    cells,
    placesOf(cells).map((place) => ({
      place,
      column: { title: place, align: 'right' },
      write: ({ metrics }) => differenceWithVerdict(metrics[metric]),
    })),
  )
}

/** One row for each budget, stage and arm, with every number. */
export function numbersTable(records: readonly LoopRecord[], protocol: string): LoopTable {
  const cells = loopCells(records).filter((cell) => cell.protocol === protocol)
  const budgets = budgetsOf(cells)
  const order = [...cells].sort(
    (a, b) => budgets.indexOf(a.budget) - budgets.indexOf(b.budget) || a.stage - b.stage,
  )
  const numeric = (title: string): Column => ({ title, align: 'right' })
  const isStaged = cells.some(({ stage }) => stage > 1)
  const shown = NUMBERS.filter(
    ({ metric }) =>
      cells.some(({ metrics }) => metrics[metric] !== null) && (isStaged || metric !== 'unknownCumulative'),
  )
  return {
    columns: [
      ...['Budget', ...(isStaged ? ['Stage'] : []), 'Arm'].map((title) => ({ title })),
      ...['Seeds', ...shown.map(({ title }) => title)].map(numeric),
    ],
    rows: order.map(({ budget, stage, arm, seeds, metrics }) => [
      budget,
      ...(isStaged ? [String(stage)] : []),
      arm,
      String(seeds.length),
      ...shown.map(({ metric }) => {
        const value = metrics[metric]
        const text = metric === 'labelled' ? count(value) : meanAndSd(value)
        return value !== null && value.n < seeds.length ? `${text} (${value.n} of ${seeds.length})` : text
      }),
    ]),
  }
}

const NUMBERS: readonly { readonly metric: LoopMetric; readonly title: string }[] = [
  { metric: 'labelled', title: 'Labels' },
  { metric: 'unknown', title: 'Open' },
  { metric: 'unknownCumulative', title: 'Open so far' },
  { metric: 'known', title: 'Known' },
  { metric: 'many', title: 'Many' },
  { metric: 'medium', title: 'Medium' },
  { metric: 'few', title: 'Few' },
  { metric: 'forgetting', title: 'Forgotten' },
  { metric: 'purity', title: 'Purity' },
  { metric: 'discovery', title: 'Discovered' },
  { metric: 'gainPer100', title: 'Per 100' },
]

/** Budgets from small to large, those in words last. */
export function budgetsOf(cells: readonly LoopCell[]): string[] {
  const size = (budget: string) => {
    const value = budgetSize(budget)
    return Number.isNaN(value) ? Number.MAX_VALUE : value
  }
  return [...new Set(cells.map(({ budget }) => budget))].sort((a, b) => size(a) - size(b))
}

/** A signed difference in points of a percentage. A small one keeps two decimals, so that a bound beside 0 shows its side. */
export function points(share: number): string {
  const size = 100 * Math.abs(share)
  const text = size.toFixed(size < 0.05 ? 2 : 1)
  return Number(text) === 0 ? '0.0' : `${share < 0 ? '−' : '+'}${text}`
}

function meanAndSd(value: SeedSpread | null): string {
  if (value === null) return '-'
  return value.sd === null ? percent(value.mean) : `${percent(value.mean)} ± ${percent(value.sd)}`
}

function count(value: SeedSpread | null): string {
  if (value === null) return '-'
  const exact = (number: number) => decimal(number, Number.isInteger(number) ? 0 : 1)
  return value.sd === null || value.sd === 0 ? exact(value.mean) : `${exact(value.mean)} ± ${exact(value.sd)}`
}

function differenceWithVerdict(value: SeedSpread | null): string {
  if (value === null) return '-'
  const range = value.interval ? ` (${value.interval.map(points).join(' to ')})` : ''
  const said = verdict(value)
  // No word for what cannot be told apart: it would stand in most cells and hide the others.
  return `${points(value.mean)}${range}${said === 'not distinguishable' ? '' : ` ${said}`}`
}

interface Place {
  readonly place: string
  readonly column: Column
  readonly write: (cell: LoopCell) => string
}

/** A row for each arm, a column for each budget or stage. */
function armRows(cells: readonly LoopCell[], places: readonly Place[]): LoopTable {
  const rows = Map.groupBy(cells, (cell) => (isOfCurve(cell) ? cell.arm : lineName(cells, cell)))
  return {
    columns: [{ title: 'Arm' }, ...places.map(({ column }) => column)],
    rows: [...rows].map(([arm, own]) => [
      arm,
      ...places.map(({ place, write }) => {
        const cell = own.find((one) => placeOf(one) === place)
        return cell ? write(cell) : '-'
      }),
    ]),
  }
}

function placesOf(cells: readonly LoopCell[]): string[] {
  const stages = [...cells].sort((a, b) => a.stage - b.stage)
  return cells.every(isOfCurve) ? budgetsOf(cells) : [...new Set(stages.map(placeOf))]
}

function placeOf(cell: LoopCell): string {
  return isOfCurve(cell) ? cell.budget : `stage ${cell.stage}`
}

function isOfCurve({ protocol }: LoopCell): boolean {
  return protocol === BUDGET_CURVE
}
