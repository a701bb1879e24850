// Workable readings of the large-margin loss as the paper prints it (Eq. 13), with distances that are not squared. With one
// class there is no other centroid and both are 0. Gradients reach x only: the centroids follow Eq. 1.

import type { Tensor } from '@oltr/torch'
import { noGrad, scope } from '@oltr/torch'
import { distances } from '../visual-memory.ts'

/** mean_b max(0, ||x - c_y|| - mean_{i != y} ||x - c_i|| + margin), (), for x (B, D), labels (B,), centroids (K, D). */
export function meanHinge(x: Tensor, labels: Tensor, centroids: Tensor, margin: number): Tensor {
  const classes = centroids.shape[0]
  if (classes < 2) return x.sum().mul(0)
  const all = distances(x, centroids.detach()) // (B, K)
  const ownInAll = all.gather(1, labels.unsqueeze(1)).squeeze(1) // (B,)
  const others = all
    .sum([1])
    .sub(ownInAll)
    .div(classes - 1) // (B,)
  return hinge(ownDistance(x, labels, centroids), others, margin)
}

/** mean_b max(0, ||x - c_y|| - min_{i != y} ||x - c_i|| + margin), (): the hardest other class instead of their mean. */
export function nearestHinge(x: Tensor, labels: Tensor, centroids: Tensor, margin: number): Tensor {
  if (centroids.shape[0] < 2) return x.sum().mul(0)
  const nearestOther = noGrad(() =>
    scope(() => {
      const all = distances(x.detach(), centroids.detach()) // (B, K)
      all.scatter_(1, labels.unsqueeze(1), Number.POSITIVE_INFINITY)
      return all.argmin({ dim: 1 }) // (B,)
    }),
  )
  return hinge(ownDistance(x, labels, centroids), ownDistance(x, nearestOther, centroids), margin)
}

/** ||x - c_label||, (B,). */
function ownDistance(x: Tensor, labels: Tensor, centroids: Tensor): Tensor {
  return x.sub(centroids.detach().indexSelect(0, labels)).linalgVectorNorm({ dim: [1] }) // (B,)
}

function hinge(own: Tensor, other: Tensor, margin: number): Tensor {
  return own.sub(other).add(margin).clampMin(0).mean() // ()
}
