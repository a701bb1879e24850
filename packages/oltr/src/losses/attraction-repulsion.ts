// The large-margin loss of the authors' code (DiscCentroidsLoss), which their reported numbers come from: features are
// drawn to their own centroid and, while all centroids are too near, pushed from the others. Both distances are squared.

import type { Tensor } from '@oltr/torch'

/**
 * (1 / 2B) sum_b ||x_b - c_y||^2, (), for x (B, D), labels (B,), centroids (K, D). Its gradient reaches x only: the
 * centroids follow Eq. 1 instead (VisualMemory.accumulateGradient).
 */
export function attraction(x: Tensor, labels: Tensor, centroids: Tensor): Tensor {
  const own = centroids.detach().indexSelect(0, labels) // (B, D)
  return x
    .sub(own)
    .square()
    .sum()
    .div(2 * x.shape[0]) // ()
}

/**
 * max(0, margin - (1 / BK) sum_b sum_{k != y_b} ||x_b - c_k||^2), (). Gradient to x and to the centroids. The sum over
 * all k is K ||x - m||^2 + sum_k ||c_k - m||^2 with m the mean centroid: exact, without cancellation, and no larger than
 * its inputs.
 */
export function repulsion(x: Tensor, labels: Tensor, centroids: Tensor, margin: number): Tensor {
  const [batch, classes] = [x.shape[0], centroids.shape[0]]
  const middle = centroids.mean([0], { keepdim: true }) // (1, D)
  const spread = centroids.sub(middle).square().sum() // ()
  const toMiddle = x.sub(middle).square().sum() // ()
  const toOwn = x.sub(centroids.indexSelect(0, labels)).square().sum() // ()
  const toOthers = toMiddle.mul(classes).add(spread, { alpha: batch }).sub(toOwn) // ()
  const mean = toOthers.div(batch * classes) // ()
  return mean.neg().add(margin).clamp({ min: 0, max: 1e6 }) // ()
}
