// How a score is spread over known and unknown images: two histograms over the same bins, for charts and reports.
import { checkFinite, type Numbers } from './checked-input.ts'

export interface ScoreHistogram {
  /** Bin edges, bins + 1 rising numbers. */
  readonly edges: number[]
  /** Share of the known (unknown) images in each bin; all 0 where there is no image. */
  readonly known: number[]
  readonly unknown: number[]
}

/**
 * Even bins from the smallest to the largest score; one value only, or values too near for bins between them, makes bins of
 * width 1/bins around it.
 */
export function scoreHistogram(knownScores: Numbers, unknownScores: Numbers, bins = 40): ScoreHistogram {
  checkFinite('known scores', knownScores)
  checkFinite('unknown scores', unknownScores)
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const scores of [knownScores, unknownScores])
    for (let i = 0; i < scores.length; i++) {
      low = Math.min(low, scores[i])
      high = Math.max(high, scores[i])
    }
  if (low > high) [low, high] = [0, 1]
  if ((high - low) / bins === 0) [low, high] = [low - 0.5, high + 0.5]
  const width = (high - low) / bins
  const shares = (scores: Numbers) => {
    const counts = new Array<number>(bins).fill(0)
    for (let i = 0; i < scores.length; i++)
      counts[Math.min(bins - 1, Math.floor((scores[i] - low) / width))]++
    return counts.map((count) => (scores.length > 0 ? count / scores.length : 0))
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + i * width)
  return { edges, known: shares(knownScores), unknown: shares(unknownScores) }
}
