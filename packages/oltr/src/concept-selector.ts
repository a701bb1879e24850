// The concept selector (Eq. 5): e = tanh(T_sel(x)) decides, per dimension, how much of the memory feature enters the
// meta-embedding. Paper and authors' code agree.

import type { Tensor } from '@oltr/torch'
import { Linear } from '@oltr/torch/nn'

export class ConceptSelector extends Linear {
  constructor(dimension: number) {
    super(dimension, dimension)
  }

  /** e (B, D) in -1..1 of features x (B, D). */
  override forward(x: Tensor): Tensor {
    return super.forward(x).tanh() // (B, D)
  }
}
