// The hallucinator (Eq. 2): o = T_hal(x), the coefficients with which the memory answers a feature, v_memory = o^T M.

import type { Tensor } from '@oltr/torch'
import { noGrad, scope } from '@oltr/torch'
import { Linear } from '@oltr/torch/nn'
import { ConfigError } from './errors.ts'

export class Hallucinator extends Linear {
  readonly activation: 'softmax' | 'linear'

  /**
   * Deviation: the paper does not mention a softmax on o; the authors' code has one, and so does the default here.
   * 'linear' is Eq. 2 as printed.
   */
  constructor(dimension: number, classes: number, activation: 'softmax' | 'linear' = 'softmax') {
    super(dimension, classes)
    this.activation = activation
  }

  /** Coefficients o (B, K) of features x (B, D); with the softmax they are positive and sum to 1. */
  override forward(x: Tensor): Tensor {
    const scores = super.forward(x) // (B, K)
    return this.activation === 'softmax' ? scores.softmax(1) : scores // (B, K)
  }

  /** The memory feature v_memory (B, D) of features x (B, D), from centroids (K, D). */
  recall(x: Tensor, centroids: Tensor): Tensor {
    return this.forward(x).matmul(centroids) // (B, D)
  }

  /**
   * Starts from a classifier of the same features (weight (K, D), bias (K,)), as the authors do with stage 1.
   * Throws ConfigError when the shapes differ, which is so where stage 1 had no fc_add of this size.
   */
  copyFrom(classifier: Linear): void {
    const [wanted, given] = [this.weight.shape.join(' x '), classifier.weight.shape.join(' x ')]
    if (wanted !== given) {
      throw new ConfigError(
        'model.hallucinator.init',
        'stage1',
        `'random', or a stage-1 classifier of ${wanted} (this one is ${given})`,
      )
    }
    noGrad(() =>
      scope(() => {
        this.weight.copy_(classifier.weight)
        this.bias!.copy_(classifier.bias!)
      }),
    )
  }
}
