// Spatial pooling. Agrees with torch.nn.MaxPool2d, AvgPool2d, AdaptiveAvgPool2d.

import { ops, type Tensor } from '../index.ts'
import { Module } from './module.ts'
import { type Pair, pair } from './pair.ts'

export interface PoolingOptions {
  /** The kernel's size by default. */
  stride?: Pair
  padding?: Pair
  /** Round output sizes up, so that the last window may hang over the edge. */
  ceilMode?: boolean
}

/** Shape: (N, C, H, W) -> (N, C, H', W'), H' = floor((H + 2·padding − dilation·(kernel − 1) − 1) / stride) + 1. */
export class MaxPool2d extends Module {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly ceilMode: boolean

  constructor(kernel: Pair, options: PoolingOptions & { dilation?: Pair } = {}) {
    super()
    this.kernel = pair(kernel)
    this.stride = pair(options.stride ?? kernel)
    this.padding = pair(options.padding ?? 0)
    this.dilation = pair(options.dilation ?? 1)
    this.ceilMode = options.ceilMode ?? false
  }

  forward(input: Tensor): Tensor {
    const { stride, padding, dilation, ceilMode } = this
    return ops.maxPool2d(input, this.kernel, { stride, padding, dilation, ceilMode })
  }
}

/** Shape: (N, C, H, W) -> (N, C, H', W'), H' = floor((H + 2·padding − kernel) / stride) + 1. */
export class AvgPool2d extends Module {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly ceilMode: boolean
  readonly countIncludePad: boolean

  constructor(kernel: Pair, options: PoolingOptions & { countIncludePad?: boolean } = {}) {
    super()
    this.kernel = pair(kernel)
    this.stride = pair(options.stride ?? kernel)
    this.padding = pair(options.padding ?? 0)
    this.ceilMode = options.ceilMode ?? false
    this.countIncludePad = options.countIncludePad ?? true
  }

  forward(input: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad } = this
    return ops.avgPool2d(input, this.kernel, { stride, padding, ceilMode, countIncludePad })
  }
}

/** Shape: (N, C, H, W) -> (N, C, *size) for any H and W; size 1 is the mean over the whole map. */
export class AdaptiveAvgPool2d extends Module {
  readonly size: readonly [number, number]

  constructor(size: Pair) {
    super()
    this.size = pair(size)
  }

  forward(input: Tensor): Tensor {
    return ops.adaptiveAvgPool2d(input, this.size)
  }
}
