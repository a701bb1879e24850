// The direct feature v_direct (Sec. 3.2): the last feature map, averaged over its positions, and, where configured, one
// more Linear + ReLU ("fc_add" in the authors' code). From here on the model computes in full precision.

import type { Tensor } from '@oltr/torch'
import type { Linear } from '@oltr/torch/nn'
import { headDtype } from './full-precision.ts'

/** v_direct (B, D) of a feature map (B, C, H, W); D = C without `fcAdd`. */
export function directFeature(featureMap: Tensor, fcAdd: Linear | null): Tensor {
  const pooled = featureMap.mean([2, 3], { dtype: headDtype(featureMap) }) // (B, C)
  return fcAdd === null ? pooled : fcAdd.forward(pooled).relu() // (B, D)
}
