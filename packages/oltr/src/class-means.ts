// Class means of a stream of features: how the visual memory starts (Sec. 3.2; the authors compute the centroids in one
// pass over the training images before the second stage). Only sums and counts are kept, so the parts that several
// ranks saw merge by addition, in any order.

import type { Tensor } from '@oltr/torch'
import { keep, noGrad, ops, scope } from '@oltr/torch'

export class ClassMeans {
  /** (K, D), float64: the order of the batches does not show in the means. */
  readonly sums: Tensor
  /** (K,), float64. */
  readonly counts: Tensor

  constructor(classes: number, dimension: number, device = 'cpu') {
    this.sums = keep(ops.zeros([classes, dimension], { dtype: 'float64', device }))
    this.counts = keep(ops.zeros([classes], { dtype: 'float64', device }))
  }

  /** Adds features (B, D) of classes (B,), int64 in 0..K-1. */
  add(features: Tensor, labels: Tensor): void {
    noGrad(() =>
      scope(() => {
        const exact = features.detach().to({ dtype: 'float64' }) // (B, D)
        this.sums.indexAdd_(0, labels, exact)
        this.counts.indexAdd_(0, labels, ops.onesLike(labels, { dtype: 'float64' }))
      }),
    )
  }

  /** Adds what another rank has seen. */
  merge(other: ClassMeans): void {
    scope(() => {
      this.sums.add_(other.sums)
      this.counts.add_(other.counts)
    })
  }

  /**
   * The means (K, D), float32.
   * Deviation: neither paper nor code knows a class without images; here it gets the mean of the other means, which is
   * near no class in particular, and with no images at all every centroid is 0.
   */
  means(): Tensor {
    return noGrad(() =>
      scope(() => {
        const seen = this.counts.gt(0).to({ dtype: 'float64' }).unsqueeze(1) // (K, 1)
        const means = this.sums.div(this.counts.clampMin(1).unsqueeze(1)) // (K, D)
        const average = means.sum([0], { keepdim: true }).div(seen.sum().clampMin(1)) // (1, D)
        const filled = means.add(ops.rsub(seen, 1).mul(average)) // (K, D)
        return filled.to({ dtype: 'float32' })
      }),
    )
  }

  dispose(): void {
    this.sums.dispose()
    this.counts.dispose()
  }
}
