// Positions in the order of a score, and the check of the budget that all strategies share.

import { ConfigError } from '../../errors.ts'

/**
 * The positions of the `budget` highest scores, highest first; equal scores in the order of their positions, and what is
 * not a number last.
 */
export function highestFirst(scores: ArrayLike<number>, budget: number): Int32Array {
  const value = (at: number): number => (Number.isNaN(scores[at]) ? Number.NEGATIVE_INFINITY : scores[at])
  const order = Int32Array.from({ length: scores.length }, (_, at) => at)
  // Two infinities have no difference.
  return order.sort((a, b) => (value(a) === value(b) ? a - b : value(b) - value(a))).slice(0, budget)
}

/** The budget, at most the number of candidates. Throws ConfigError for anything but a whole number from 0. */
export function limited(budget: number, candidates: number): number {
  if (!Number.isInteger(budget) || budget < 0)
    throw new ConfigError('budget', budget, 'expected a whole number of images, 0 or more')
  return Math.min(budget, candidates)
}
