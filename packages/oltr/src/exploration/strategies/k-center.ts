// CoreSet selection (Sener and Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set Approach", ICLR
// 2018), the greedy k-center: again and again the image that is farthest from everything labelled or chosen. Their
// refinement by mixed-integer programming is left out. Without labelled images it begins at the one farthest from the mean.

import { noGrad, ops, scope, type Tensor } from '@oltr/torch'
import { limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

/** Labelled rows compared at once. */
const CHUNK = 256
/** Squared distances below this share of the lengths are rounding: the images are the same. */
const ROUNDING = 4e-6

export const kCenter: Strategy = ({ features, labelled }, budget) => {
  const chosen = new Int32Array(limited(budget, features.shape[0]))
  if (chosen.length === 0) return chosen
  noGrad(() =>
    scope(() => {
      // Distances do not see a shift, and the numbers that cancel in them become small.
      const middle = features.mean([0]) // (D,)
      const x = features.sub(middle) // (N, D)
      const lengths = x.square().sum([1]) // (N,)
      const isFree = labelled === null || labelled.shape[0] === 0
      // The squared distance to the nearest that is labelled or chosen; at first, with neither, to the mean.
      const nearest = isFree ? lengths.clone() : toLabelled(x, lengths, labelled.sub(middle)) // (N,)
      for (let step = 0; step < chosen.length; step++) {
        scope(() => {
          chosen[step] = nearest.argmax().item()
          const distances = toRow(x, lengths, chosen[step]) // (N,)
          nearest.copy_(step === 0 && isFree ? distances : nearest.minimum(distances))
          // Chosen once: below every distance, also where several images are the same.
          nearest.select(0, chosen[step]).fill_(Number.NEGATIVE_INFINITY)
        })
      }
    }),
  )
  return chosen
}

/** Squared distances to a row of x, exactly 0 for its copies. */
function toRow(x: Tensor, lengths: Tensor, row: number): Tensor {
  const sums = lengths.add(lengths.select(0, row)) // (N,)
  const distances = ops.addmv(sums, x, x.select(0, row), { alpha: -2 }) // (N,)
  return distances.mul_(distances.gt(sums.mul_(ROUNDING))) // (N,)
}

/** Squared distances to the nearest labelled feature, exactly 0 for its copies. */
function toLabelled(x: Tensor, lengths: Tensor, labelled: Tensor): Tensor {
  const nearest = ops.fullLike(lengths, Number.POSITIVE_INFINITY) // (N,)
  for (let first = 0; first < labelled.shape[0]; first += CHUNK) {
    scope(() => {
      const rows = labelled.slice({ dim: 0, start: first, end: first + CHUNK }) // (M, D)
      const partial = ops.addmm(rows.square().sum([1]), x, rows.t(), { alpha: -2 }) // (N, M)
      nearest.copy_(nearest.minimum(partial.amin({ dim: 1 })))
    })
  }
  const distances = nearest.add(lengths) // (N,)
  // Where the two are the same, both have this length.
  return distances.mul_(distances.gt(lengths.mul(2 * ROUNDING))) // (N,)
}
