// Entropy sampling: the images whose class probabilities are spread the widest.

import { ofProbabilities } from './probabilities.ts'
import { highestFirst, limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

export const entropy: Strategy = ({ logits }, budget) => {
  const wanted = limited(budget, logits.shape[0])
  // -p log p, and 0 where p is 0.
  return highestFirst(
    ofProbabilities(logits, (probabilities) => probabilities.specialEntr().sum([1])),
    wanted,
  )
}
