// Positions in the order of a score, and the checks that all strategies share.

import { ConfigError } from '../../errors.ts'

/** The positions of the `budget` highest scores, highest first; equal scores in the order of their positions. */
export function highestFirst(scores: ArrayLike<number>, budget: number): Int32Array {
  const order = Int32Array.from({ length: scores.length }, (_, at) => at)
  return order.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, budget)
}

/** The budget, at most the number of candidates. Throws ConfigError for anything but a whole number from 0. */
export function limited(budget: number, candidates: number): number {
  if (!Number.isInteger(budget) || budget < 0)
    throw new ConfigError('budget', budget, 'expected a whole number of images, 0 or more')
  return Math.min(budget, candidates)
}
