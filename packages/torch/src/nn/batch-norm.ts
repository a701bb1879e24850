// Batch normalisation over the channels, for any number of trailing dimensions.
// Agrees with torch.nn.BatchNorm1d/2d: keys weight, bias, running_mean, running_var, num_batches_tracked.

import { keep, noGrad, ops, scope, type Tensor, tensor } from '../index.ts'
import { Module } from './module.ts'
import { Parameter } from './parameter.ts'

export interface BatchNormOptions {
  eps?: number
  /** Weight of the new batch in the running statistics; null averages all batches equally. */
  momentum?: number | null
  /** Learn a scale and a shift. */
  affine?: boolean
  /** Keep running statistics; without them evaluation uses the batch's own, too. */
  trackRunningStats?: boolean
}

export abstract class BatchNorm extends Module {
  readonly weight: Parameter | null = null
  readonly bias: Parameter | null = null
  readonly runningMean: Tensor | null = null
  readonly runningVar: Tensor | null = null
  readonly numBatchesTracked: Tensor | null = null
  readonly eps: number
  readonly momentum: number | null

  constructor(channels: number, options: BatchNormOptions = {}) {
    super()
    this.eps = options.eps ?? 1e-5
    this.momentum = options.momentum === undefined ? 0.1 : options.momentum
    if (options.affine ?? true) {
      this.weight = new Parameter(ops.ones([channels]))
      this.bias = new Parameter(ops.zeros([channels]))
    }
    if (options.trackRunningStats ?? true) {
      this.runningMean = keep(ops.zeros([channels]))
      this.runningVar = keep(ops.ones([channels]))
      this.numBatchesTracked = keep(tensor(0, { dtype: 'int64' }))
    }
  }

  forward(input: Tensor): Tensor {
    this.checkInput(input)
    let momentum = this.momentum ?? 0
    if (this.training && this.numBatchesTracked !== null) {
      const count = this.numBatchesTracked
      scope(() => {
        noGrad(() => count.add_(1))
      })
      if (this.momentum === null) momentum = 1 / count.item()
    }
    const ownStatistics = this.training || this.runningMean === null
    return ops.batchNorm(
      input,
      this.weight,
      this.bias,
      this.runningMean,
      this.runningVar,
      ownStatistics,
      momentum,
      this.eps,
      true,
    )
  }

  /** Throws when the input has another number of dimensions than this layer takes. */
  protected abstract checkInput(input: Tensor): void

  /** Checkpoints from before PyTorch 0.4.1 have no batch counter; it starts at 0 then. */
  protected override optionalState(): readonly string[] {
    return ['num_batches_tracked']
  }
}
