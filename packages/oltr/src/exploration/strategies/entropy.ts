// Entropy sampling: the images whose class probabilities are spread the widest.

import { scope } from '@oltr/torch'
import { highestFirst, limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

export const entropy: Strategy = ({ logits }, budget) => {
  const entropies = scope(() => {
    const logProbabilities = logits.logSoftmax(1) // (N, K)
    return logProbabilities.exp().mul(logProbabilities).sum([1]).neg().toArray() as Float32Array // (N,)
  })
  return highestFirst(entropies, limited(budget, entropies.length))
}
