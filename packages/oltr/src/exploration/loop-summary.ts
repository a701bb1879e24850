// What a dynamic loop showed, in sentences: how an arm stands to random selection at each budget or stage, by the paired
// difference over seeds. Nothing is called better that chance explains.

import { percent } from '../reporting/table.ts'
import { BUDGET_CURVE } from './loop-charts.ts'
import type { LoopRecord } from './loop-record.ts'
import {
  differencesFromRandom,
  type LoopCell,
  loopCells,
  RANDOM,
  REFERENCES,
  type SeedSpread,
  type Verdict,
  verdict,
} from './loop-statistics.ts'
import { budgetsOf, points } from './loop-tables.ts'

/** Paragraphs on one protocol. `ours`: the arm they are about; without it, all strategies. */
export function loopSummary(records: readonly LoopRecord[], protocol: string, ours?: string): string[] {
  const own = records.filter((record) => record.protocol === protocol)
  const cells = loopCells(own)
  const strategies = [...new Set(cells.map(({ arm }) => arm))].filter(
    (arm) => arm !== RANDOM && !REFERENCES.includes(arm),
  )
  const about = ours === undefined ? strategies : strategies.filter((arm) => arm === ours)
  if (about.length === 0)
    return [
      `${protocol}: nothing to compare with random${ours === undefined ? '' : `, ${ours} was not run`}.`,
    ]
  const differences = differencesFromRandom(own)
  return [
    ...about.flatMap((arm) => armParagraphs(arm, cells, differences)),
    ...caution(about.length, differences.filter(({ arm }) => about.includes(arm)).length),
    ...refusals(own),
  ]
}

function armParagraphs(arm: string, cells: readonly LoopCell[], differences: readonly LoopCell[]): string[] {
  const budgets = budgetsOf(cells)
  const own = cells
    .filter((cell) => cell.arm === arm)
    .sort((a, b) => a.stage - b.stage || budgets.indexOf(a.budget) - budgets.indexOf(b.budget))
  const stands = own.map((cell) => ({ cell, difference: samePlace(differences, cell, arm) }))
  const counted = (one: Verdict) =>
    stands.filter(({ difference }) => difference && verdict(difference.metrics.unknown) === one).length
  const isCurve = own[0].protocol === BUDGET_CURVE
  const places = `${own.length} ${isCurve ? 'budget' : 'stage'}${own.length === 1 ? '' : 's'}`
  const tooFew = own.length - counted('better') - counted('worse') - counted('not distinguishable')
  return [
    `${own[0].protocol}: on the open classes, ${arm} against random selection at ${places}: better at ${counted('better')}, ` +
      `worse at ${counted('worse')}, not distinguishable at ${counted('not distinguishable')}` +
      `${tooFew > 0 ? `, too few seeds to tell at ${tooFew}` : ''}.`,
    ...stands.map(({ cell, difference }) => placeSentence(cell, difference, cells)),
  ]
}

function placeSentence(cell: LoopCell, difference: LoopCell | null, cells: readonly LoopCell[]): string {
  const { arm, budget, stage, protocol, metrics } = cell
  const where = protocol === BUDGET_CURVE ? `Budget ${budget}` : `Stage ${stage}, budget ${budget}`
  const random = samePlace(cells, cell, RANDOM)
  if (difference === null) return `${where}: ${arm} has no seed in common with random; nothing can be said.`
  const open =
    `${arm} reaches ${percent(metrics.unknown?.mean)} % on the open classes, random ${percent(random?.metrics.unknown?.mean)} %: ` +
    standing(difference.metrics.unknown)
  const soFar =
    stage > 1
      ? ` On the open classes of all stages so far: ${standing(difference.metrics.unknownCumulative)}.`
      : ''
  return `${where}: ${open}.${soFar} On the known classes: ${standing(difference.metrics.known)}.${highest(cell, cells)}`
}

/** A verdict with its evidence. */
function standing(difference: SeedSpread | null): string {
  if (difference === null) return 'not measured'
  const seeds = `${difference.n} seed${difference.n === 1 ? '' : 's'}`
  if (difference.interval === null)
    return `too few seeds to tell, ${points(difference.mean)} points (${seeds})`
  const [low, high] = difference.interval
  return `${verdict(difference)}, ${points(difference.mean)} points (95 % interval ${points(low)} to ${points(high)}, ${seeds})`
}

/** Says so where another strategy has the highest mean: a win over random is not a win over all. */
function highest(cell: LoopCell, cells: readonly LoopCell[]): string {
  const rivals = cells.filter(
    ({ arm, budget, stage, metrics }) =>
      !REFERENCES.includes(arm) && budget === cell.budget && stage === cell.stage && metrics.unknown !== null,
  )
  const best = rivals.reduce((a, b) => (b.metrics.unknown!.mean > a.metrics.unknown!.mean ? b : a))
  if (best.metrics.unknown!.mean <= cell.metrics.unknown!.mean)
    return ' No other arm has a higher mean on the open classes.'
  return ` The highest mean on the open classes is that of ${best.arm}, ${percent(best.metrics.unknown!.mean)} %.`
}

function samePlace(cells: readonly LoopCell[], { budget, stage }: LoopCell, arm: string): LoopCell | null {
  return cells.find((one) => one.arm === arm && one.budget === budget && one.stage === stage) ?? null
}

function caution(arms: number, comparisons: number): string[] {
  if (comparisons === 0) return []
  const many =
    comparisons > 1
      ? ` With ${comparisons} such comparisons on the open classes alone${arms > 1 ? ` of ${arms} arms` : ''} and no correction for their number, one in twenty may come out by chance.`
      : ''
  return [
    `Better or worse: the 95 % interval of the difference, seed by seed on the same pools, leaves out 0.${many}`,
  ]
}

function refusals(records: readonly LoopRecord[]): string[] {
  const refused = records.filter((record) => record.refused !== undefined)
  if (refused.length === 0) return []
  const arms = [...new Set(refused.map(({ arm }) => arm))].join(', ')
  return [
    `${refused.length} of ${records.length} updates were refused (${arms}); they count with the accuracies of the model before.`,
  ]
}
