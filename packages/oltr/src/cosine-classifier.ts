// The cosine classifier (Eq. 10): logits = s * v~ . w~_k with unit weights w~_k = w_k / ||w_k|| and the squashed embedding
// v~ = (||v|| / (1 + ||v||)) (v / ||v||), so that all classes compete by direction and a far (small) embedding stays unsure.

import type { Tensor } from '@oltr/torch'
import { ops } from '@oltr/torch'
import { init, Module, Parameter } from '@oltr/torch/nn'

export class CosineClassifier extends Module {
  /** One direction per class, (K, D). Starts uniform in -1/sqrt(D)..1/sqrt(D). */
  weight: Parameter
  readonly scale: number

  /**
   * Deviation: the paper has no temperature s; without one a softmax over 1000 classes never exceeds e / (e + 999), so the
   * authors' code multiplies by 16, and so does the default here.
   */
  constructor(dimension: number, classes: number, scale = 16) {
    super()
    const bound = 1 / Math.sqrt(dimension)
    this.weight = new Parameter(init.uniform_(ops.empty([classes, dimension]), { low: -bound, high: bound }))
    this.scale = scale
  }

  /** Logits (B, K) in -s..s of embeddings v (B, D). A zero embedding gives zero logits, a zero weight a zero logit. */
  forward(v: Tensor): Tensor {
    return cosineLogits(v, this.weight, this.scale) // (B, K)
  }
}

/**
 * Eq. 10 for embeddings v (B, D) and weights (K, D): s * v~ . w~, (B, K). The lengths of the weights divide the products:
 * the gradient then has no further matrix of K x D to pass through.
 */
export function cosineLogits(v: Tensor, weight: Tensor, scale: number): Tensor {
  const lengths = weight.linalgVectorNorm({ dim: [1] }).clampMin(1e-12) // (K,)
  return squash(v).matmul(weight.t()).mul(lengths.reciprocal().mul(scale)) // (B, K)
}

/** v~ of Eq. 10, (B, D): the two fractions in one, without a division by ||v||. */
export function squash(v: Tensor): Tensor {
  const length = v.linalgVectorNorm({ dim: [1], keepdim: true }) // (B, 1)
  return v.div(length.add(1)) // (B, D)
}
