// Rows scaled to length 1: directions without their lengths.

import type { Tensor } from '@oltr/torch'

/** x / ||x|| of each row, (N, D); a row of zeros stays one. */
export function unitLength(x: Tensor): Tensor {
  return x.div(x.linalgVectorNorm({ dim: [1], keepdim: true }).clampMin(1e-12)) // (N, D)
}
