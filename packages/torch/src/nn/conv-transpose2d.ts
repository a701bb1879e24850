// Transposed convolution, the upsampling layer of decoders (VAAL's autoencoder). Agrees with torch.nn.ConvTranspose2d.

import { type Generator, ops, type Tensor } from '../index.ts'
import { initialBias, initialWeight } from './init.ts'
import { Module } from './module.ts'
import { type Pair, pair } from './pair.ts'
import { Parameter } from './parameter.ts'

export interface ConvTranspose2dOptions {
  stride?: Pair
  padding?: Pair
  outputPadding?: Pair
  dilation?: Pair
  groups?: number
  bias?: boolean
  generator?: Generator
}

/**
 * The gradient of a convolution with respect to its input, as a layer.
 *
 * Shape: (N, inputs, H, W) -> (N, outputs, H', W'),
 * H' = (H − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1;
 * weight (inputs, outputs / groups, kernel, kernel), bias (outputs).
 */
export class ConvTranspose2d extends Module {
  readonly weight: Parameter
  readonly bias: Parameter | null
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly outputPadding: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly groups: number

  /** Throws RangeError when `groups` does not divide both channel counts. */
  constructor(inputs: number, outputs: number, kernel: Pair, options: ConvTranspose2dOptions = {}) {
    super()
    const [height, width] = pair(kernel)
    this.stride = pair(options.stride ?? 1)
    this.padding = pair(options.padding ?? 0)
    this.outputPadding = pair(options.outputPadding ?? 0)
    this.dilation = pair(options.dilation ?? 1)
    this.groups = options.groups ?? 1
    if (inputs % this.groups !== 0 || outputs % this.groups !== 0) {
      throw new RangeError(
        `groups must divide ${inputs} input and ${outputs} output channels, got ${this.groups}`,
      )
    }
    const shape = [inputs, outputs / this.groups, height, width]
    // PyTorch takes the fan-in of a transposed weight as if it were a plain one: its second dimension times the kernel.
    const fanIn = (outputs / this.groups) * height * width
    this.weight = new Parameter(initialWeight(shape, options.generator))
    this.bias = (options.bias ?? true) ? new Parameter(initialBias(outputs, fanIn, options.generator)) : null
  }

  forward(input: Tensor): Tensor {
    return ops.convTranspose2d(input, this.weight, {
      bias: this.bias,
      stride: this.stride,
      padding: this.padding,
      outputPadding: this.outputPadding,
      groups: this.groups,
      dilation: this.dilation,
    })
  }
}
