// The category with the most votes, and its share of them. No majority of more than half is needed; two that lead together
// are a tie, which nobody wins.

export interface Leader {
  readonly category: string
  /** Of all votes, or of the probability: 0..1. */
  readonly share: number
  /** Another category has as much. */
  readonly tied: boolean
}

// Sums of the same probabilities in another order differ by rounding.
const rounding = 1e-9

/** The heaviest category; null where nothing has weight. */
export function majorityVote(weights: ReadonlyMap<string, number>): Leader | null {
  let [total, most, second] = [0, 0, 0]
  let leading: string | null = null
  for (const [category, weight] of weights) {
    total += weight
    if (weight > most) {
      second = most
      most = weight
      leading = category
    } else if (weight > second) {
      second = weight
    }
  }
  if (leading === null) return null
  return { category: leading, share: most / total, tied: most - second <= rounding * total }
}
