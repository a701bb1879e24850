// The visual memory (Sec. 3.2): one centroid per known class, M = {c_i}. This file says how near a feature is to them
// (Eq. 3, first half: gamma = min_i ||x - c_i||) and how they move (Eq. 1). No (B, K, D) tensor is ever built: nearest
// centroids come from ||x||^2 + ||c||^2 - 2 x c^T, and only the nearest one is compared with x element by element.

import type { Tensor } from '@oltr/torch'
import { noGrad, ops, scope } from '@oltr/torch'
import { Module, Parameter } from '@oltr/torch/nn'
import type { CentroidConfig } from './model-config.ts'

export interface Nearest {
  /** gamma, the distance to the nearest centroid, (B,). Differentiable in x. */
  distance: Tensor
  /** Its class, (B,), int64; the first of several at the same distance. */
  index: Tensor
}

export class VisualMemory extends Module {
  /** M, (K, D). Zero until `set` is called. */
  centroids: Parameter
  readonly rule: CentroidConfig['rule']

  constructor(classes: number, dimension: number, rule: CentroidConfig['rule'] = 'code') {
    super()
    this.centroids = new Parameter(ops.zeros([classes, dimension]))
    this.rule = rule
  }

  /** Replaces all centroids by `means` (K, D), for example those of ClassMeans. */
  set(means: Tensor): void {
    noGrad(() => scope(() => void this.centroids.copy_(means)))
  }

  /** N(0, 1) centroids: the start of one-stage training, which has no features to average yet. */
  randomise(): void {
    noGrad(() => scope(() => void this.centroids.normal_()))
  }

  /** The nearest centroid of each feature x (B, D). The memory is a constant here: only x gets a gradient. */
  nearest(x: Tensor): Nearest {
    const centroids = this.centroids.detach() // (K, D)
    const index = noGrad(() =>
      scope(() => {
        const squares = centroids.square().sum([1]) // (K,)
        return ops.addmm(squares, x.detach(), centroids.t(), { alpha: -2 }).argmin({ dim: 1 }) // (B,)
      }),
    )
    const difference = x.sub(centroids.indexSelect(0, index)) // (B, D)
    return { distance: difference.linalgVectorNorm({ dim: [1] }), index } // (B,), (B,)
  }

  /** All distances ||x - c_i||, (B, K), unsquared. Differentiable in x. */
  distances(x: Tensor): Tensor {
    return distances(x, this.centroids.detach())
  }

  /**
   * Eq. 1 for one batch: delta c_i = sum_b [y_b = i] (c_i - x_b) / (1 + sum_b [y_b = i]), (K, D). With several ranks,
   * `reduce` adds a tensor up over them in place, once for the sums and once for the counts.
   */
  displacement(x: Tensor, labels: Tensor, reduce: (part: Tensor) => void = () => {}): Tensor {
    return noGrad(() =>
      scope(() => {
        const towards = this.centroids.indexSelect(0, labels).sub(x.detach()) // (B, D)
        const sums = ops.zerosLike(this.centroids).indexAdd_(0, labels, towards) // (K, D)
        const counts = ops.zeros([this.centroids.shape[0]], { dtype: x.dtype, device: x.device }) // (K,)
        counts.indexAdd_(0, labels, ops.onesLike(labels, { dtype: x.dtype }))
        reduce(sums)
        reduce(counts)
        return sums.div(counts.add(1).unsqueeze(1)) // (K, D)
      }),
    )
  }

  /**
   * Adds Eq. 1 to the gradient of the centroids, after `backward` and before the step of their own SGD.
   * Deviation: the paper gives neither sign nor rate; rule 'code' adds Eq. 1 / B as a gradient, unscaled by the loss weight
   * (the authors' hand-written backward), rule 'centerloss' adds Eq. 1 itself, so that a step is c -= alpha * Eq. 1.
   */
  accumulateGradient(x: Tensor, labels: Tensor, { worldSize = 1, reduce }: RankSums = {}): void {
    noGrad(() =>
      scope(() => {
        const delta = this.displacement(x, labels, reduce) // (K, D)
        if (this.rule === 'code') delta.div_(x.shape[0] * worldSize)
        if (this.centroids.grad === null) this.centroids.grad = ops.zerosLike(this.centroids)
        this.centroids.grad!.add_(delta)
      }),
    )
  }
}

/** How a batch that several ranks share is put together. */
export interface RankSums {
  worldSize?: number
  /** Adds `part` up over all ranks, in place. */
  reduce?: (part: Tensor) => void
}

/** The settings of the optimiser that owns the centroids, for each rule. */
export function centroidSgd(config: CentroidConfig): { lr: number; momentum: number; weightDecay: number } {
  if (config.rule === 'centerloss') return { lr: config.alpha, momentum: 0, weightDecay: 0 }
  return { lr: config.lr, momentum: config.momentum, weightDecay: config.weightDecay }
}

/** ||x - c_i|| for x (B, D) and c (K, D), (B, K). 1e-12 under the root keeps the gradient finite at distance 0. */
export function distances(x: Tensor, centroids: Tensor): Tensor {
  const cross = x.matmul(centroids.t()) // (B, K)
  const lengths = x.square().sum([1], { keepdim: true }) // (B, 1)
  const squares = centroids.square().sum([1]) // (K,)
  return lengths.add(squares).sub(cross, { alpha: 2 }).clampMin(0).add(1e-12).sqrt() // (B, K)
}
