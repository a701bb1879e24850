// Margin sampling: the images whose two best classes are nearly as probable as each other.

import { ConfigError } from '../../errors.ts'
import { ofProbabilities } from './probabilities.ts'
import { highestFirst, limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

export const margin: Strategy = ({ logits }, budget) => {
  const [images, classes] = logits.shape
  if (classes < 2)
    throw new ConfigError('classes', classes, 'expected at least 2: a margin lies between two classes')
  const wanted = limited(budget, images)
  const margins = ofProbabilities(logits, (probabilities) => {
    const [best] = probabilities.topk(2) // (n, 2)
    return best.select(1, 1).sub(best.select(1, 0)) // (n,): minus the margin
  })
  return highestFirst(margins, wanted)
}
