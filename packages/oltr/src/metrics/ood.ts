// Telling known from unknown images by a score, over all thresholds. The known images are the positives; higher means known.
// AUROC counts ties as one half. AUPR is step-wise average precision (no interpolation). FPR@95TPR is the share of unknown
// images accepted when at least 95 % of the known ones are. The detection error has two definitions in print: the smallest
// mean of both error rates over all thresholds (as ODIN's code computes it) and the one at 95 % true positive rate,
// (0.05 + FPR95) / 2 (as the ODIN article's tables have it). Both are given under their own names.
import { ConfigError } from '../errors.ts'
import type { Numbers } from './checked-input.ts'
import { rankScores, type ScoreRanking } from './score-ranking.ts'

/** All in 0..1; null when there are no known or no unknown images. */
export interface DetectionMetrics {
  readonly auroc: number | null
  /** Average precision with known images as positives. */
  readonly auprIn: number | null
  /** Average precision with unknown images as positives, by the negated score. */
  readonly auprOut: number | null
  readonly fpr95: number | null
  /** Smallest (1 - TPR + FPR) / 2 over all thresholds. */
  readonly detectionError: number | null
  /** (1 - 0.95 + FPR95) / 2. */
  readonly detectionErrorAt95: number | null
}

/** All detection metrics of scores that are higher for known images. Throws DataError on NaN or infinity. */
export function detectionMetrics(knownScores: Numbers, unknownScores: Numbers): DetectionMetrics {
  const ranking = rankScores(knownScores, unknownScores)
  const fpr95 = falsePositiveRate(ranking, 0.95)
  return {
    auroc: areaUnderRoc(ranking),
    auprIn: averagePrecision(ranking),
    auprOut: averagePrecision(rankScores(negated(unknownScores), negated(knownScores))),
    fpr95,
    detectionError: smallestDetectionError(ranking),
    detectionErrorAt95: fpr95 === null ? null : (0.05 + fpr95) / 2,
  }
}

/** P(score of a known image > score of an unknown one) + half of P(equal). */
export function auroc(knownScores: Numbers, unknownScores: Numbers): number | null {
  return areaUnderRoc(rankScores(knownScores, unknownScores))
}

/** Step-wise average precision of the first list against the second. */
export function aupr(positiveScores: Numbers, negativeScores: Numbers): number | null {
  return averagePrecision(rankScores(positiveScores, negativeScores))
}

/**
 * Share of unknown images accepted at the highest threshold that accepts at least `tpr` of the known ones ('atLeast'), or at
 * the threshold whose true positive rate is closest to `tpr`, the higher one among equals ('closest', as the energy-score
 * authors do). Throws ConfigError when `tpr` is not in 0..1.
 */
export function fprAtTpr(
  knownScores: Numbers,
  unknownScores: Numbers,
  tpr = 0.95,
  rule: 'atLeast' | 'closest' = 'atLeast',
): number | null {
  if (!(tpr >= 0 && tpr <= 1)) throw new ConfigError('tpr', tpr, 'expected a share in 0..1')
  return falsePositiveRate(rankScores(knownScores, unknownScores), tpr, rule)
}

function areaUnderRoc({ knownAccepted, unknownAccepted, known, unknown }: ScoreRanking): number | null {
  if (known === 0 || unknown === 0) return null
  let area = knownAccepted[0] * unknownAccepted[0] // twice the area, by trapezoids
  for (let t = 1; t < knownAccepted.length; t++)
    area += (knownAccepted[t - 1] + knownAccepted[t]) * (unknownAccepted[t] - unknownAccepted[t - 1])
  return area / 2 / known / unknown
}

function averagePrecision({ knownAccepted, unknownAccepted, known, unknown }: ScoreRanking): number | null {
  if (known === 0 || unknown === 0) return null
  let sum = 0
  let before = 0
  for (let t = 0; t < knownAccepted.length; t++) {
    const precision = knownAccepted[t] / (knownAccepted[t] + unknownAccepted[t])
    sum += (knownAccepted[t] - before) * precision
    before = knownAccepted[t]
  }
  return sum / known
}

function falsePositiveRate(
  ranking: ScoreRanking,
  tpr: number,
  rule: 'atLeast' | 'closest' = 'atLeast',
): number | null {
  const { knownAccepted, unknownAccepted, known, unknown } = ranking
  if (known === 0 || unknown === 0) return null
  // The state before the first threshold accepts nothing: TPR 0, FPR 0.
  let best = { distance: tpr, fpr: 0 }
  for (let t = 0; t < knownAccepted.length; t++) {
    const rate = knownAccepted[t] / known
    if (rule === 'atLeast' && best.distance <= 0) break
    const distance = rule === 'atLeast' ? tpr - rate : Math.abs(tpr - rate)
    if (distance < best.distance) best = { distance, fpr: unknownAccepted[t] / unknown }
  }
  return best.fpr
}

function smallestDetectionError({
  knownAccepted,
  unknownAccepted,
  known,
  unknown,
}: ScoreRanking): number | null {
  if (known === 0 || unknown === 0) return null
  let smallest = 0.5 // accept nothing
  for (let t = 0; t < knownAccepted.length; t++)
    smallest = Math.min(smallest, (1 - knownAccepted[t] / known + unknownAccepted[t] / unknown) / 2)
  return smallest
}

function negated(values: Numbers): Float64Array {
  return Float64Array.from(values, (value) => -value)
}
