// The pictures of a dynamic loop: what each way of choosing images reaches, over the budget (Fig. 12(a) of the OLTR++ paper),
// over the labels it took, or stage after stage. Lines are means over seeds, bars one standard deviation up and down.

import { lineChart, type Series } from '../reporting/svg-chart.ts'
import { CHART_COLOURS, DASHES, INK, type Pen, QUIET } from '../reporting/svg-drawing.ts'
import type { LoopRecord } from './loop-record.ts'
import {
  type LoopCell,
  type LoopMetric,
  loopCells,
  RANDOM,
  REFERENCES,
  type SeedSpread,
  spreadOver,
} from './loop-statistics.ts'

/** The protocol whose arms have one stage at several budgets; those of every other one go through stages. */
export const BUDGET_CURVE = 'budget-curve'

/** What a budget such as `10%` or `200` counts; not a number where it is in words. */
export function budgetSize(budget: string): number {
  return /^\d+(\.\d+)?%?$/.test(budget) ? Number.parseFloat(budget) : Number.NaN
}

/** The arms of cells, each with its budget where it has several. */
export function lineName(cells: readonly LoopCell[], { arm, budget }: LoopCell): string {
  const isOne = cells.every((other) => other.arm !== arm || other.budget === budget)
  return isOne ? arm : `${arm}, ${budget}`
}

/** Pictures of one protocol by the end of their file names. `ours`: the arm that is drawn thick. */
export function loopCharts(
  records: readonly LoopRecord[],
  protocol: string,
  ours?: string,
): Record<string, string> {
  const own = records.filter((record) => record.protocol === protocol)
  return protocol === BUDGET_CURVE ? budgetCharts(own, ours) : stageCharts(own, ours)
}

function budgetCharts(records: readonly LoopRecord[], ours?: string): Record<string, string> {
  const cells = loopCells(records)
  const inShares = cells.every(({ budget }) => budget.endsWith('%') || Number.isNaN(budgetSize(budget)))
  const pool = spreadOver(records.map((record) => record.pool))?.mean ?? 0
  // Shares beside numbers of images are drawn as images.
  const sizeOf = ({ budget }: LoopCell) =>
    budgetSize(budget) * (!inShares && budget.endsWith('%') ? pool / 100 : 1)
  const sizes = [...new Set(cells.map(sizeOf))].filter(Number.isFinite).sort((a, b) => a - b)
  const chart = (metric: LoopMetric, title: string, yLabel: string, flat: readonly Line[]) =>
    spreadChart(
      [...linesOf(cells, ours, sizeOf, metric), ...flat],
      title,
      inShares ? 'budget, percent of the pool' : 'budget, images',
      { yLabel, ticks: sizes, xFormat: (size) => `${Math.round(10 * size) / 10}${inShares ? '%' : ''}` },
    )
  const span = sizes.length > 0 ? ([Math.min(...sizes), Math.max(...sizes)] as const) : ([0, 1] as const)
  const taught = cells.filter(({ metrics }) => (metrics.labelled?.mean ?? 0) > 0)
  return {
    unknown: chart('unknown', 'Open classes by budget', 'accuracy', level(taught, 'unknown', span)),
    known: chart('known', 'Known classes by budget', 'accuracy', [
      ...level(cells, 'known', span),
      before(records, span),
    ]),
    purity: chart('purity', 'Questions that show an open class', 'share of questions', []),
    discovery: chart('discovery', 'Open classes discovered', 'share of open classes', []),
    labels: spreadChart(
      linesOf(cells, ours, ({ metrics }) => metrics.labelled?.mean ?? Number.NaN, 'unknown'),
      'Open classes by labels spent',
      'images labelled, mean over seeds',
      { yLabel: 'accuracy' },
    ),
  }
}

function stageCharts(records: readonly LoopRecord[], ours?: string): Record<string, string> {
  const cells = loopCells(records)
  const taught = cells.filter(({ metrics }) => (metrics.labelled?.mean ?? 0) > 0)
  const stages = [...new Set(cells.map(({ stage }) => stage))].sort((a, b) => a - b)
  const chart = (metric: LoopMetric, title: string, among: readonly LoopCell[], flat: readonly Line[]) =>
    spreadChart([...linesOf(among, ours, ({ stage }) => stage, metric, true), ...flat], title, '', {
      yLabel: 'accuracy',
      ticks: stages,
      xFormat: (stage) => `after stage ${stage}`,
    })
  return {
    // The model that is never updated is the one before the loop: one line for both.
    known: chart(
      'known',
      'Known classes, stage by stage',
      cells,
      cells.some(({ arm }) => arm === 'no update') ? [] : [before(records, [stages[0], stages.at(-1)!])],
    ),
    unknown: chart('unknown', 'Open classes of each stage', taught, []),
    'unknown-so-far': chart('unknownCumulative', 'Open classes of all stages so far', taught, []),
  }
}

interface Line {
  readonly name: string
  readonly pen: Pen
  /** The same at every x, so that no point of it is a measurement of its own. */
  readonly isLevel?: boolean
  readonly points: readonly { readonly x: number; readonly value: SeedSpread | null }[]
}

/** A line for each arm; references only where they are asked for, since they have no place on a budget's axis. */
function linesOf(
  cells: readonly LoopCell[],
  ours: string | undefined,
  xOf: (cell: LoopCell) => number,
  metric: LoopMetric,
  isStaged = false,
): Line[] {
  const strategies = [...new Set(cells.map(({ arm }) => arm))].filter((arm) => !REFERENCES.includes(arm))
  const others = strategies.filter((arm) => arm !== RANDOM && arm !== ours)
  const shown = isStaged ? cells : cells.filter(({ arm }) => !REFERENCES.includes(arm))
  const lines = Map.groupBy(shown, (cell) => (isStaged ? lineName(cells, cell) : cell.arm))
  return [...lines].map(([name, own]) => ({
    name,
    pen: penFor(own[0].arm, ours, others),
    points: own
      .map((cell) => ({ x: xOf(cell), value: cell.metrics[metric] }))
      .filter(({ x }) => Number.isFinite(x))
      .sort((a, b) => a.x - b.x),
  }))
}

/** References that have no budget of their own, as lines across. */
function level(cells: readonly LoopCell[], metric: LoopMetric, span: readonly [number, number]): Line[] {
  return cells
    .filter(({ arm }) => REFERENCES.includes(arm))
    .map((cell) => across(lineName(cells, cell), cell.metrics[metric], span, penFor(cell.arm, undefined, [])))
}

/** What the known classes had before anything was learnt. */
function before(records: readonly LoopRecord[], span: readonly [number, number]): Line {
  const first = new Map<number, number>()
  for (const { stage, seed, arm, knownBefore } of records)
    if (stage === 1 && !REFERENCES.includes(arm)) first.set(seed, knownBefore)
  return across('before the loop', spreadOver([...first.values()]), span, { colour: INK, dash: '1 3' })
}

function across(name: string, value: SeedSpread | null, span: readonly [number, number], pen: Pen): Line {
  return { name, pen, isLevel: true, points: span.map((x) => ({ x, value })) }
}

function penFor(arm: string, ours: string | undefined, others: readonly string[]): Pen {
  if (arm === RANDOM) return { colour: QUIET, dash: '6 4', width: 2.5 }
  if (arm === ours) return { colour: CHART_COLOURS[0], width: 3 }
  const reference = REFERENCES.indexOf(arm)
  if (reference >= 0) return { colour: INK, dash: ['1 3', '10 3 2 3'][reference], width: 1.5 }
  // Blue is ours, black the references'. Five colours and seven dashes: a pair comes again after 35 arms only.
  const place = others.indexOf(arm)
  return { colour: CHART_COLOURS[1 + (place % 5)], dash: DASHES[(place + 1) % DASHES.length] }
}

function spreadChart(
  lines: readonly Line[],
  title: string,
  xLabel: string,
  options: { yLabel: string; ticks?: readonly number[]; xFormat?: (value: number) => string },
): string {
  const places = lines.map(({ points }) =>
    points.filter(({ x, value }) => value !== null && Number.isFinite(x)),
  )
  const values = places.flat().map(({ value }) => value!)
  const [low, high] = axis(values)
  const xs = places.flat().map(({ x }) => x)
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const margin = right > left ? (right - left) * (options.ticks?.length === 2 ? 0.25 : 0.06) : 1
  const most = Math.max(0, ...values.map(({ n }) => n))
  const barred = lines.filter((line, i) => hasBars(line, places[i])).length
  let bar = 0
  const series = lines.flatMap((line, i): Series[] => {
    const { name, pen, isLevel } = line
    const points = places[i].map(({ x, value }) => ({ x, y: value!.mean }))
    if (isLevel) return [{ name: withSeeds(name, places[i], most), pen, points }]
    const spread = places[i]
      .filter(({ value }) => value!.sd !== null)
      .map(({ x, value }) => ({
        x,
        low: Math.max(low, value!.mean - value!.sd!),
        high: Math.min(high, value!.mean + value!.sd!),
      }))
    const shift = hasBars(line, places[i]) ? 3.5 * (bar++ - (barred - 1) / 2) : 0
    return [
      { name: withSeeds(name, places[i], most), pen, points, spread, shift },
      { name: '', pen, points, shift, kind: 'points' },
    ]
  })
  return lineChart(series, {
    title,
    subtitle: howToRead(places, low > 0),
    width: 860,
    height: 420,
    xLabel,
    yLabel: options.yLabel,
    xDomain: xs.length > 0 ? [left - margin, right + margin] : [0, 1],
    yDomain: [low, high],
    xTicks: options.ticks,
    xFormat: options.xFormat,
    yFormat: (value) => `${Number((100 * value).toFixed(1))}%`,
  })
}

/** Room for all bars, at least five points of a percentage and none outside 0 to 1. */
function axis(values: readonly SeedSpread[]): [number, number] {
  if (values.length === 0) return [0, 1]
  const low = Math.min(...values.map(({ mean, sd }) => mean - (sd ?? 0)))
  const high = Math.max(...values.map(({ mean, sd }) => mean + (sd ?? 0)))
  const room = Math.max(0.08 * (high - low), 0.025 - (high - low) / 2)
  return [Math.max(0, low - room), Math.min(1, high + room)]
}

function hasBars({ isLevel }: Line, points: Line['points']): boolean {
  return !isLevel && points.some(({ value }) => value!.sd !== null)
}

function mostSeeds(points: Line['points']): number {
  return Math.max(0, ...points.map(({ value }) => value!.n))
}

/** A line's name, with its seeds where they are fewer than those of the others. */
function withSeeds(name: string, points: Line['points'], most: number): string {
  const own = mostSeeds(points)
  return own === most || own === 0 ? name : `${name} (${own} ${own === 1 ? 'seed' : 'seeds'})`
}

/** `lines`: the points of each; those with fewer seeds say so by their names. */
function howToRead(lines: readonly Line['points'][], isCut: boolean): string {
  const most = Math.max(0, ...lines.map(mostSeeds))
  const fewest = Math.min(
    ...lines
      .filter((points) => mostSeeds(points) === most)
      .flatMap((points) => points.map(({ value }) => value!.n)),
  )
  const over = fewest === most ? String(most) : `${fewest} to ${most}`
  const seeds =
    most === 0
      ? 'Nothing was measured.'
      : most === 1
        ? 'One seed: no spread to show.'
        : `Means over ${over} seeds, bars: ± 1 standard deviation, side by side.`
  return isCut && most > 0 ? `${seeds} The upright axis does not start at 0.` : seeds
}
