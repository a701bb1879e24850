// How well a growing model does: accuracy over the classes that it knew and over those that it was to learn, always
// deciding among all classes that it knows now. Plain arrays.

import { SHOT_GROUPS, type ShotGroup } from '../metrics/shot-groups.ts'

/** Shares 0..1, means over classes; null without such a class. */
export interface GrowthMetrics {
  readonly known: number | null
  readonly byGroup: Readonly<Record<ShotGroup, number | null>>
  readonly unknown: number | null
}

export interface GrowthInput {
  /** Model labels, (n,). */
  readonly predictions: ArrayLike<number>
  /** True labels in a numbering of their own, (n,). */
  readonly labels: ArrayLike<number>
  /** The model's label of a true label; undefined where the model never learned the class, which makes it 0. */
  readonly modelLabel: (label: number) => number | undefined
}

/** Accuracy of each true class that has images. */
export function accuracyByClass({ predictions, labels, modelLabel }: GrowthInput): Map<number, number> {
  const seen = new Map<number, { images: number; right: number }>()
  for (let i = 0; i < labels.length; i++) {
    const tally = seen.get(labels[i]) ?? { images: 0, right: 0 }
    tally.images++
    if (predictions[i] === modelLabel(labels[i])) tally.right++
    seen.set(labels[i], tally)
  }
  return new Map([...seen].map(([label, { images, right }]) => [label, right / images]))
}

/** The mean accuracy of some classes; one without test images is left out; null where none is left. */
export function meanAccuracy(
  accuracies: ReadonlyMap<number, number>,
  classes: Iterable<number>,
): number | null {
  let sum = 0
  let count = 0
  for (const label of classes) {
    const accuracy = accuracies.get(label)
    if (accuracy === undefined) continue
    sum += accuracy
    count++
  }
  return count === 0 ? null : sum / count
}

/** Over the first `groups.length` classes, the known ones, and over the `open` ones. */
export function growthMetrics(
  accuracies: ReadonlyMap<number, number>,
  groups: readonly ShotGroup[],
  open: Iterable<number>,
): GrowthMetrics {
  const of = (group: ShotGroup) =>
    meanAccuracy(
      accuracies,
      [...groups.keys()].filter((label) => groups[label] === group),
    )
  return {
    known: meanAccuracy(accuracies, groups.keys()),
    byGroup: Object.fromEntries(SHOT_GROUPS.map((group) => [group, of(group)])) as GrowthMetrics['byGroup'],
    unknown: meanAccuracy(accuracies, open),
  }
}
