// Two-dimensional convolution. Agrees with torch.nn.Conv2d (zero padding): keys, geometry, initial values.

import { type Generator, ops, type Tensor } from '../index.ts'
import { initialBias, initialWeight } from './init.ts'
import { Module } from './module.ts'
import { type Pair, pair } from './pair.ts'
import { Parameter } from './parameter.ts'

export interface Conv2dOptions {
  stride?: Pair
  padding?: Pair
  dilation?: Pair
  groups?: number
  bias?: boolean
  generator?: Generator
}

/**
 * Cross-correlation of each image with `outputs` kernels.
 *
 * Shape: (N, inputs, H, W) -> (N, outputs, H', W'), H' = floor((H + 2·padding − dilation·(kernel − 1) − 1) / stride) + 1;
 * weight (outputs, inputs / groups, kernel, kernel), bias (outputs).
 */
export class Conv2d extends Module {
  readonly weight: Parameter
  readonly bias: Parameter | null
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly groups: number

  /** Throws RangeError when `groups` does not divide both channel counts. */
  constructor(inputs: number, outputs: number, kernel: Pair, options: Conv2dOptions = {}) {
    super()
    const [height, width] = pair(kernel)
    this.stride = pair(options.stride ?? 1)
    this.padding = pair(options.padding ?? 0)
    this.dilation = pair(options.dilation ?? 1)
    this.groups = options.groups ?? 1
    if (inputs % this.groups !== 0 || outputs % this.groups !== 0) {
      throw new RangeError(
        `groups must divide ${inputs} input and ${outputs} output channels, got ${this.groups}`,
      )
    }
    const shape = [outputs, inputs / this.groups, height, width]
    const fanIn = (inputs / this.groups) * height * width
    this.weight = new Parameter(initialWeight(shape, options.generator))
    this.bias = (options.bias ?? true) ? new Parameter(initialBias(outputs, fanIn, options.generator)) : null
  }

  forward(input: Tensor): Tensor {
    return ops.conv2d(input, this.weight, {
      bias: this.bias,
      stride: this.stride,
      padding: this.padding,
      dilation: this.dilation,
      groups: this.groups,
    })
  }
}
