// What the records of a dynamic loop come to over seeds: each number's mean with its spread, and each arm against random
// selection on the same seeds. Intervals are those of Student's t.

import { ConfigError } from '../errors.ts'
import type { LoopRecord } from './loop-record.ts'

/** The arm that every strategy has to beat. */
export const RANDOM = 'random'

/** Arms that choose nothing: they bound what choosing can bring. */
export const NO_UPDATE = 'no update'
export const FINE_TUNED = 'fine-tuned'
export const REFERENCES: readonly string[] = [NO_UPDATE, FINE_TUNED]

export const LOOP_METRICS = [
  /** Accuracy over the open classes of the stage, and of all stages so far. */
  'unknown',
  'unknownCumulative',
  /** Accuracy over the classes known before the loop, all of them and by shot group. */
  'known',
  'many',
  'medium',
  'few',
  /** What the known classes lost since before the loop. */
  'forgetting',
  /** Share of the questions that showed an open class; null where none was asked, and for references. */
  'purity',
  /** Share of the open classes that got a label. */
  'discovery',
  /** Images that got a label. */
  'labelled',
  /** Accuracy over the open classes of the stage, which starts at 0, per 100 questions; null where none was asked. */
  'gainPer100',
] as const

export type LoopMetric = (typeof LOOP_METRICS)[number]

/** One number over `n` seeds. One seed has a mean, but neither a standard deviation nor an interval. */
export interface SeedSpread {
  readonly mean: number
  /** Of the sample (n − 1). */
  readonly sd: number | null
  readonly n: number
  /** Holds the expected value with 95 % confidence. */
  readonly interval: readonly [number, number] | null
}

/** One arm with one budget at one stage, over its seeds. Null: no seed has this number. */
export interface LoopCell {
  readonly protocol: string
  readonly arm: string
  readonly budget: string
  readonly stage: number
  readonly seeds: readonly number[]
  readonly metrics: Readonly<Record<LoopMetric, SeedSpread | null>>
}

/**
 * Every arm, budget and stage over its seeds, in the order of the records, references last. Throws ConfigError when a seed
 * is there twice.
 */
export function loopCells(records: readonly LoopRecord[]): LoopCell[] {
  return grouped(records).map(({ row, bySeed }) => cell(row, bySeed))
}

/** Each arm minus random, seed by seed where both have the same budget and stage; without a common seed there is no row. */
export function differencesFromRandom(records: readonly LoopRecord[]): LoopCell[] {
  const groups = grouped(records)
  return groups.flatMap(({ row, bySeed }) => {
    const random = groups.find(
      ({ row: other }) =>
        other.arm === RANDOM &&
        other.protocol === row.protocol &&
        other.budget === row.budget &&
        other.stage === row.stage,
    )
    if (row.arm === RANDOM || random === undefined) return []
    const common = new Map<number, LoopNumbers>()
    for (const [seed, numbers] of bySeed) {
      const other = random.bySeed.get(seed)
      if (other) common.set(seed, minus(numbers, other))
    }
    return common.size > 0 ? [cell(row, common)] : []
  })
}

/** How an arm stands to random by the interval of their difference, in a number of which more is better. */
export type Verdict = 'better' | 'worse' | 'not distinguishable' | 'too few seeds'

export function verdict(difference: SeedSpread | null): Verdict {
  if (!difference?.interval) return 'too few seeds'
  const [low, high] = difference.interval
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'not distinguishable'
}

/** Mean, standard deviation and interval of the values that are there; null where none is. */
export function spreadOver(values: readonly (number | null)[]): SeedSpread | null {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[]
  const n = known.length
  if (n === 0) return null
  const mean = known.reduce((sum, value) => sum + value, 0) / n
  if (n === 1) return { mean, sd: null, n, interval: null }
  const sd = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  const reach = (studentT975(n - 1) * sd) / Math.sqrt(n)
  return { mean, sd, n, interval: [mean - reach, mean + reach] }
}

/** The t that a Student variable of `degrees` (1, 2, …) degrees of freedom stays below with probability 97.5 %. */
export function studentT975(degrees: number): number {
  let [low, high] = [1.9, 13] // 1.96 for endless degrees, 12.71 for one
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (shareWithin(middle, degrees) < 0.95) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Probability that |t| stays below a value: the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4. */
function shareWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees))
  const isOdd = degrees % 2 === 1
  let term = isOdd ? Math.cos(angle) : 1
  let sum = 0
  for (let k = isOdd ? 2 : 1; k < degrees; k += 2) {
    sum += term
    term *= (k / (k + 1)) * Math.cos(angle) ** 2
  }
  sum *= Math.sin(angle)
  return isOdd ? (2 / Math.PI) * (angle + sum) : sum
}

type LoopNumbers = Record<LoopMetric, number | null>
type Row = Pick<LoopRecord, 'protocol' | 'arm' | 'budget' | 'stage'>

interface Group {
  readonly row: Row
  readonly bySeed: ReadonlyMap<number, LoopNumbers>
}

function grouped(records: readonly LoopRecord[]): Group[] {
  const groups = new Map<string, { row: Row; bySeed: Map<number, LoopNumbers> }>()
  for (const record of records) {
    const { protocol, arm, budget, stage, seed } = record
    const key = JSON.stringify([protocol, arm, budget, stage])
    const group = groups.get(key) ?? { row: { protocol, arm, budget, stage }, bySeed: new Map() }
    if (group.bySeed.has(seed))
      throw new ConfigError('loop.records', { protocol, arm, budget, stage, seed }, 'expected each seed once')
    group.bySeed.set(seed, numbersOf(record, knownAtFirst(record, records)))
    groups.set(key, group)
  }
  const all = [...groups.values()]
  return [
    ...all.filter(({ row }) => !REFERENCES.includes(row.arm)),
    ...all.filter(({ row }) => REFERENCES.includes(row.arm)),
  ]
}

/**
 * Known accuracy of the model before the loop. All arms of a seed start from one model, so that a reference, which did not
 * come by an update, takes it from a strategy.
 */
function knownAtFirst(record: LoopRecord, records: readonly LoopRecord[]): number | null {
  const firsts = records.filter(
    ({ protocol, seed, stage }) => protocol === record.protocol && seed === record.seed && stage === 1,
  )
  const own = firsts.find(({ arm, budget }) => arm === record.arm && budget === record.budget)
  const strategy = firsts.find(({ arm }) => !REFERENCES.includes(arm))
  return (REFERENCES.includes(record.arm) ? (strategy ?? own) : own)?.knownBefore ?? null
}

function numbersOf(record: LoopRecord, before: number | null): LoopNumbers {
  const { unknown, unknownCumulative, known, many, medium, few, queried, labelled } = record
  const chooses = !REFERENCES.includes(record.arm)
  return {
    unknown,
    unknownCumulative,
    known,
    many,
    medium,
    few,
    forgetting: before === null ? null : before - known,
    purity: chooses && queried > 0 ? record.queriedOpen / queried : null,
    discovery: record.openClasses > 0 ? record.discovered / record.openClasses : null,
    labelled,
    gainPer100: queried > 0 ? (100 * unknown) / queried : null,
  }
}

function minus(a: LoopNumbers, b: LoopNumbers): LoopNumbers {
  const difference = (x: number | null, y: number | null) => (x === null || y === null ? null : x - y)
  return Object.fromEntries(
    LOOP_METRICS.map((metric) => [metric, difference(a[metric], b[metric])]),
  ) as LoopNumbers
}

function cell(row: Row, bySeed: ReadonlyMap<number, LoopNumbers>): LoopCell {
  const seeds = [...bySeed.keys()].sort((a, b) => a - b)
  const metrics = Object.fromEntries(
    LOOP_METRICS.map((metric) => [metric, spreadOver(seeds.map((seed) => bySeed.get(seed)![metric]))]),
  ) as LoopCell['metrics']
  return { ...row, seeds, metrics }
}
