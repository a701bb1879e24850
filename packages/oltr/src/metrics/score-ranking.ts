// Known and unknown images sorted together by score, with equal scores kept together: everything that is computed "over all
// thresholds" (ROC, precision-recall, OSCR, detection error) reads this one table, so ties mean the same everywhere.
import { checkFinite, type Numbers } from './checked-input.ts'

/**
 * Entry t tells what happens when every image with score >= thresholds[t] is accepted. Thresholds fall strictly; before the
 * first entry nothing is accepted, at the last one everything is.
 */
export interface ScoreRanking {
  readonly thresholds: Float64Array
  /** Known images accepted (or their weight, see `rankScores`). */
  readonly knownAccepted: Float64Array
  /** Unknown images accepted. */
  readonly unknownAccepted: Float64Array
  readonly known: number
  readonly unknown: number
}

/**
 * Sorts scores, higher meaning known. `weights`, (N_known,), replaces the count of known images in `knownAccepted`: 1 for the
 * rightly classified ones gives OSCR its numerator. Throws DataError on NaN or infinity.
 */
export function rankScores(knownScores: Numbers, unknownScores: Numbers, weights?: Numbers): ScoreRanking {
  checkFinite('known scores', knownScores)
  checkFinite('unknown scores', unknownScores)
  const knownOrder = descending(knownScores)
  const unknownSorted = Float64Array.from(unknownScores).sort().reverse()
  const size = knownScores.length + unknownScores.length
  const thresholds = new Float64Array(size)
  const knownAccepted = new Float64Array(size)
  const unknownAccepted = new Float64Array(size)
  let length = 0
  let k = 0
  let u = 0
  let accepted = 0
  while (k < knownOrder.length || u < unknownSorted.length) {
    const nextKnown = k < knownOrder.length ? knownScores[knownOrder[k]] : -Infinity
    const nextUnknown = u < unknownSorted.length ? unknownSorted[u] : -Infinity
    const threshold = Math.max(nextKnown, nextUnknown)
    for (; k < knownOrder.length && knownScores[knownOrder[k]] === threshold; k++)
      accepted += weights ? weights[knownOrder[k]] : 1
    while (u < unknownSorted.length && unknownSorted[u] === threshold) u++
    thresholds[length] = threshold
    knownAccepted[length] = accepted
    unknownAccepted[length] = u
    length++
  }
  return {
    thresholds: thresholds.subarray(0, length),
    knownAccepted: knownAccepted.subarray(0, length),
    unknownAccepted: unknownAccepted.subarray(0, length),
    known: knownScores.length,
    unknown: unknownScores.length,
  }
}

/** Positions of `scores` from the highest to the lowest score. */
export function descending(scores: Numbers): Uint32Array {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i)
  return order.sort((a, b) => scores[b] - scores[a])
}
