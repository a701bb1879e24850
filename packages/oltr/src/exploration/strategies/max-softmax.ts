// Least confidence: the images whose best class has the lowest probability.

import { ofProbabilities } from './probabilities.ts'
import { highestFirst, limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

export const maxSoftmax: Strategy = ({ logits }, budget) => {
  const wanted = limited(budget, logits.shape[0])
  return highestFirst(
    ofProbabilities(logits, (probabilities) => probabilities.amax({ dim: 1 }).neg()),
    wanted,
  )
}
