// Accuracies when the model may answer "unknown": a prediction becomes -1 where its score does not reach the threshold.
// As in the authors' code, many, medium and few are measured on images of known classes only, with rejected ones counted as
// wrong. Beside them stand the shares that nobody prints: how many known images of each group were turned away.
import { type GroupAccuracy, groupAccuracy, share } from './accuracy.ts'
import { checkFinite, checkSameLength, type Numbers, UNKNOWN } from './checked-input.ts'
import type { ClassCounts } from './class-counts.ts'
import { type PerGroup, perGroup, type ShotGroup } from './shot-groups.ts'

/** Which end of a score means "known". */
export type HigherIs = 'known' | 'unknown'

/** Where to cut a score: an image is known when its score is at least (or at most) `value`; equality is known. */
export interface Threshold {
  readonly value: number
  readonly knownWhen: 'atLeast' | 'atMost'
}

/** Shares of images rejected, 0..1, of each group's images together; null where a group has no image. */
export interface RejectedShare extends PerGroup<number | null> {
  readonly overall: number | null
}

export interface OpenSetAccuracy {
  /** On known images, rejected ones counted as wrong. */
  readonly accuracy: GroupAccuracy
  /** Share of known images called unknown. */
  readonly knownRejected: RejectedShare
  /** Share of unknown images called unknown; null without unknown images. */
  readonly unknownRejected: number | null
}

/** Whether an image with this score passes as known. */
export function isKnown(score: number, threshold: Threshold): boolean {
  return threshold.knownWhen === 'atLeast' ? score >= threshold.value : score <= threshold.value
}

/** The predictions with -1 where the score fails the threshold; both (N,). Throws DataError on a score that is not finite. */
export function withRejection(predictions: Numbers, scores: Numbers, threshold: Threshold): Int32Array {
  checkSameLength('predictions', predictions, 'scores', scores)
  checkFinite('scores', scores)
  return Int32Array.from(predictions, (prediction, i) =>
    isKnown(scores[i], threshold) ? prediction : UNKNOWN,
  )
}

/** Open-set accuracies of counted predictions. `groups`: the shot group of each class, (K,). */
export function openSetAccuracy(counts: ClassCounts, groups: readonly ShotGroup[]): OpenSetAccuracy {
  const rejectedOf = (group: ShotGroup) => {
    let images = 0
    let rejected = 0
    for (let c = 0; c < groups.length; c++) {
      if (groups[c] !== group) continue
      images += counts.support[c]
      rejected += counts.rejected[c]
    }
    return share(rejected, images)
  }
  return {
    accuracy: groupAccuracy(counts, groups),
    knownRejected: { ...perGroup(rejectedOf), overall: share(counts.knownRejected, counts.knownImages) },
    unknownRejected: share(counts.unknownRejected, counts.unknownImages),
  }
}

/** Scores with the sign that makes higher mean known, as Float64Array (N,). Throws DataError on a value not finite. */
export function orientedScores(name: string, scores: Numbers, higherIs: HigherIs): Float64Array {
  checkFinite(name, scores)
  return Float64Array.from(scores, (score) => (higherIs === 'known' ? score : -score))
}
