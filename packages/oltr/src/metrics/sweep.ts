// What every threshold would have done: the paper's threshold curve (0 to 0.9 by 0.05 on max-softmax) and the same for scores
// without a natural range, at quantiles of the known images' scores. For reading only: a threshold is fitted on validation
// images (threshold.ts), not picked from a sweep over the test set.
import { checkLabels, type Numbers } from './checked-input.ts'
import { ClassCounts } from './class-counts.ts'
import { macroF1, openFMeasure } from './f-measure.ts'
import { type HigherIs, type OpenSetAccuracy, openSetAccuracy, withRejection } from './open-set.ts'
import type { ShotGroup } from './shot-groups.ts'

export interface SweepRow extends OpenSetAccuracy {
  readonly threshold: number
  /** F-measure as in the authors' code, present and historic definition; null without known images. */
  readonly openF: number | null
  readonly openFExcluding: number | null
  readonly macroF1: number | null
}

export interface SweepInput {
  /** Closed-set predictions and labels, (N,); one score per image. */
  readonly predictions: Numbers
  readonly labels: Numbers
  readonly scores: Numbers
  readonly higherIs?: HigherIs
  /** The shot group of each class, (K,). */
  readonly groups: readonly ShotGroup[]
  /** Default `paperThresholds()`. */
  readonly thresholds?: readonly number[]
}

/** 0, 0.05, ... 0.9. */
export function paperThresholds(): number[] {
  return Array.from({ length: 19 }, (_, i) => i / 20)
}

/**
 * Thresholds at even shares of the known images: entry i rejects about i/20 of them, i = 0..18. Ties shorten the list; no known
 * image, no thresholds.
 */
export function quantileThresholds(scores: Numbers, labels: Numbers, higherIs: HigherIs = 'known'): number[] {
  const known = Array.from(scores).filter((_, i) => labels[i] >= 0)
  known.sort((a, b) => (higherIs === 'known' ? a - b : b - a))
  if (known.length === 0) return []
  const values = paperThresholds().map(
    (share) => known[Math.min(known.length - 1, Math.round(share * known.length))],
  )
  return [...new Set(values)]
}

/** One row per threshold. Throws DataError on scores that are not finite and labels out of range. */
export function thresholdSweep(input: SweepInput): SweepRow[] {
  const { predictions, labels, scores, groups } = input
  const knownWhen = (input.higherIs ?? 'known') === 'known' ? 'atLeast' : 'atMost'
  checkLabels('labels', labels, groups.length)
  return (input.thresholds ?? paperThresholds()).map((threshold) => {
    const answers = withRejection(predictions, scores, { value: threshold, knownWhen })
    const counts = ClassCounts.of(labels, answers, groups.length)
    return {
      threshold,
      ...openSetAccuracy(counts, groups),
      openF: openFMeasure(counts).value,
      openFExcluding: openFMeasure(counts, { fMode: 'excluding' }).value,
      macroF1: macroF1(counts),
    }
  })
}
