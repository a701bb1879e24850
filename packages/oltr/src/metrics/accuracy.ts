// Accuracies per class and per shot group. A group's accuracy is the mean over its classes of the per-class accuracy, so
// every class counts the same; `overall` is the share of all known images (micro). On a balanced test set both agree.
// Classes without a test image have no accuracy (null) and are left out of the means; an empty group is null, printed "-".
import type { ClassCounts } from './class-counts.ts'
import { type PerGroup, perGroup, type ShotGroup } from './shot-groups.ts'

/** Accuracies in 0..1; null where there is nothing to measure. */
export interface GroupAccuracy extends PerGroup<number | null> {
  /** Share of all known images predicted rightly (micro average). */
  readonly overall: number | null
  /** Mean of the per-class accuracies (macro average). */
  readonly classMean: number | null
}

/** a / b, or null when there is nothing to divide by. */
export function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null
}

/** The mean of the values that exist; null when none does. */
export function meanOfDefined(values: readonly (number | null)[]): number | null {
  let sum = 0
  let count = 0
  for (const value of values) {
    if (value === null) continue
    sum += value
    count++
  }
  return share(sum, count)
}

/** Accuracy of each known class, (K,); null for a class without test images. A rejected image counts as wrong. */
export function perClassAccuracy(counts: ClassCounts): (number | null)[] {
  return Array.from({ length: counts.classCount }, (_, c) => share(counts.correct[c], counts.support[c]))
}

/** The mean per group of one value per class, leaving out classes whose value is null. */
export function meanPerGroup(
  values: readonly (number | null)[],
  groups: readonly ShotGroup[],
): PerGroup<number | null> {
  return perGroup((group) => meanOfDefined(values.filter((_, c) => groups[c] === group)))
}

/** Many, medium, few, overall and class-mean accuracy of known images. `groups`: the shot group of each class, (K,). */
export function groupAccuracy(counts: ClassCounts, groups: readonly ShotGroup[]): GroupAccuracy {
  const accuracies = perClassAccuracy(counts)
  return {
    ...meanPerGroup(accuracies, groups),
    overall: share(counts.knownCorrect, counts.knownImages),
    classMean: meanOfDefined(accuracies),
  }
}
