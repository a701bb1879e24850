// Reachability (Eq. 3, 4): gamma is the distance to the nearest centroid; 1 / gamma shrinks the embedding of what lies
// far from everything known, which lowers its confidence. Also the paper's "confidence calibrator" (Sec. 4, Fig. 9b).

import type { Tensor } from '@oltr/torch'
import { keep, noGrad, ops, scope } from '@oltr/torch'
import { Module } from '@oltr/torch/nn'

/** Distances below this are treated as this: a feature on a centroid gets a finite embedding. */
const SMALLEST = 1e-6

export class Reachability extends Module {
  /** (), the factor s_r in s_r / gamma. A buffer: it is measured at the start of stage 2 and saved with the weights. */
  scale: Tensor

  /**
   * Deviation: Eq. 4 has 1 / gamma, the authors' code 10 / gamma, which is 1 at the typical distance of their features.
   * Default 10; 1 is the paper to the letter; a data set of its own wants its mean minimum distance (`calibrate`).
   */
  constructor(scale = 10) {
    super()
    this.scale = keep(ops.full([], scale, { dtype: 'float32' }))
  }

  /** s_r / gamma (B,) of distances gamma (B,), gamma >= 0. */
  forward(distance: Tensor): Tensor {
    return this.scale.div(distance.clampMin(SMALLEST)) // (B,)
  }

  /** Sets the scale to the mean minimum distance of the training features, so that a typical one is kept as it is. */
  calibrate(meanDistance: number): void {
    noGrad(() => scope(() => void this.scale.fill_(Math.max(meanDistance, SMALLEST))))
  }
}
