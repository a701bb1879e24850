// CoreSet selection (Sener and Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set Approach", ICLR
// 2018), the greedy k-center: again and again the image that is farthest from everything labelled or chosen. Their
// refinement by mixed-integer programming is left out. Without labelled images it begins at the one farthest from the mean.

import { noGrad, ops, scope, type Tensor } from '@oltr/torch'
import { limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

/** Labelled rows compared at once. */
const CHUNK = 1024

export const kCenter: Strategy = ({ features, labelled }, budget) =>
  noGrad(() =>
    scope(() => {
      const count = features.shape[0]
      const chosen = new Int32Array(limited(budget, count))
      if (chosen.length === 0) return chosen
      const lengths = features.square().sum([1]) // (N,)
      const nearest = labelled === null ? toMean(features) : toLabelled(features, lengths, labelled) // (N,)
      for (let step = 0; step < chosen.length; step++) {
        scope(() => {
          const at = nearest.argmax()
          chosen[step] = at.item()
          const centre = features.select(0, chosen[step]) // (D,)
          const distances = features.mv(centre).mul_(-2).add_(lengths).add_(lengths.select(0, chosen[step])) // (N,)
          if (step === 0 && labelled === null) nearest.copy_(distances)
          else nearest.copy_(nearest.minimum(distances))
          // Chosen once: below every distance, also where several images are the same.
          nearest.select(0, chosen[step]).fill_(Number.NEGATIVE_INFINITY)
        })
      }
      return chosen
    }),
  )

function toMean(features: Tensor): Tensor {
  return features.sub(features.mean([0])).square().sum([1]) // (N,)
}

/** The squared distance to the nearest labelled feature. */
function toLabelled(features: Tensor, lengths: Tensor, labelled: Tensor): Tensor {
  const nearest = ops.fullLike(lengths, Number.POSITIVE_INFINITY) // (N,)
  for (let first = 0; first < labelled.shape[0]; first += CHUNK) {
    scope(() => {
      const rows = labelled.slice({ dim: 0, start: first, end: first + CHUNK }) // (M, D)
      const cross = features.matmul(rows.t()).mul_(-2).add_(rows.square().sum([1])) // (N, M)
      nearest.copy_(nearest.minimum(cross.amin({ dim: [1] })))
    })
  }
  return nearest.add(lengths) // (N,)
}

