// Margin sampling: the images whose two best classes are nearly as probable as each other.

import { scope } from '@oltr/torch'
import { ConfigError } from '../../errors.ts'
import { highestFirst, limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

export const margin: Strategy = ({ logits }, budget) => {
  const [images, classes] = [logits.shape[0], logits.shape[1]]
  if (classes < 2) throw new ConfigError('classes', classes, 'expected at least 2: a margin lies between two classes')
  const margins = scope(() => {
    const [best] = logits.softmax(1).topk(2) // (N, 2)
    return best.select(1, 1).sub(best.select(1, 0)).toArray() as Float32Array // (N,): minus the margin
  })
  return highestFirst(margins, limited(budget, images))
}
