// What a stage gained and cost, on the test images: by true class, whatever the annotators called it.

import type { OpenLongTailedModel } from '../model.ts'
import type { StagePool } from './draw-pool.ts'
import { accuracyByClass, growthMetrics, meanAccuracy } from './growth-metrics.ts'
import type { LoopRecord } from './loop-record.ts'
import type { LoopWorld } from './loop-world.ts'
import { predictedLabels } from './recognise-features.ts'
import type { ImageSelection } from './select-images.ts'

/** A model and the images that it was taught since training: which, and under what name. */
export interface TaughtModel {
  readonly model: OpenLongTailedModel
  readonly classNames: readonly string[]
  readonly taught: readonly { readonly at: number; readonly className: string }[]
}

export interface StageOutcome {
  readonly before: TaughtModel
  readonly after: TaughtModel
  readonly selection: ImageSelection
  readonly labelled: number
  readonly updateSeconds: number
  readonly refused: string | null
}

/** Which row of a comparison this is. */
export type StageRow = Pick<LoopRecord, 'protocol' | 'arm' | 'seed' | 'stage' | 'budget'>

/** `pools`: of all stages of this loop, of which `row.stage` is the one that was run. */
export function measureStage(
  world: LoopWorld,
  row: StageRow,
  pools: readonly StagePool[],
  { before, after, selection, labelled, updateSeconds, refused }: StageOutcome,
): LoopRecord {
  const { openClasses } = pools[row.stage - 1]
  const soFar = pools.slice(0, row.stage).flatMap((pool) => pool.openClasses)
  const accuracies = accuracyOf(world, after)
  const { known, byGroup, unknown } = growthMetrics(accuracies, world.groups, openClasses)
  const openNow = new Set(openClasses)
  const shown = selection.asked.map(({ at }) => world.poolLabels[at])
  const named = after.taught.slice(before.taught.length).map(({ at }) => world.poolLabels[at])
  return {
    ...row,
    pool: selection.pool,
    queried: selection.asked.length,
    queriedOpen: shown.filter((label) => openNow.has(label)).length,
    labelled,
    openClasses: openClasses.length,
    discovered: new Set(named.filter((label) => openNow.has(label))).size,
    known: known ?? 0,
    knownBefore: growthMetrics(accuracyOf(world, before), world.groups, []).known ?? 0,
    ...byGroup,
    unknown: unknown ?? 0,
    unknownCumulative: meanAccuracy(accuracies, soFar) ?? 0,
    selectSeconds: selection.seconds,
    updateSeconds,
    ...(refused === null ? {} : { refused }),
  }
}

/** Accuracy of every true class, known ones from the test set and open ones from theirs. */
export function accuracyOf(world: LoopWorld, taught: TaughtModel): Map<number, number> {
  const labelOf = taughtLabels(world, taught)
  const known = world.exploration.knownClasses
  const modelLabel = (label: number) => (label < known ? label : labelOf.get(label))
  const sets = [world.test, world.openTest].map(({ features, labels }) =>
    accuracyByClass({ predictions: predictedLabels(taught.model, features), labels, modelLabel }),
  )
  return new Map(sets.flatMap((set) => [...set]))
}

/**
 * The model's label of each true open class: the new class that most of its named images bear the name of. A second name
 * for the same class earns nothing, and a new class counts for one true class only: names must be consistent.
 */
function taughtLabels(
  { poolLabels, exploration }: LoopWorld,
  { classNames, taught }: TaughtModel,
): Map<number, number> {
  const votes = new Map<string, Map<number, number>>()
  for (const { at, className } of taught) {
    const tally = votes.get(className) ?? new Map<number, number>()
    tally.set(poolLabels[at], (tally.get(poolLabels[at]) ?? 0) + 1)
    votes.set(className, tally)
  }
  const pairs = [...votes].flatMap(([name, tally]) =>
    [...tally].map(([truth, count]) => ({ name, truth, count })),
  )
  pairs.sort((a, b) => b.count - a.count || a.truth - b.truth || (a.name < b.name ? -1 : 1))
  const labels = new Map<number, number>()
  const taken = new Set<string>()
  for (const { name, truth } of pairs) {
    const label = classNames.indexOf(name)
    if (
      truth < exploration.knownClasses ||
      labels.has(truth) ||
      taken.has(name) ||
      label < exploration.knownClasses
    )
      continue
    labels.set(truth, label)
    taken.add(name)
  }
  return labels
}
