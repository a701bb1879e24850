// Least confidence: the images whose best class has the lowest probability.

import { scope } from '@oltr/torch'
import { highestFirst, limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

export const maxSoftmax: Strategy = ({ logits }, budget) => {
  const confidence = scope(() => logits.softmax(1).amax({ dim: [1] }).neg().toArray() as Float32Array) // (N,)
  return highestFirst(confidence, limited(budget, confidence.length))
}
