// The affine map. Agrees with torch.nn.Linear: keys weight and bias, the same initial values from the same seed.

import { type Generator, ops, type Tensor } from '../index.ts'
import { initialBias, initialWeight } from './init.ts'
import { Module } from './module.ts'
import { Parameter } from './parameter.ts'

export interface LinearOptions {
  bias?: boolean
  /** Draws the initial values; the global generator by default. */
  generator?: Generator
}

/**
 * y = x Wᵀ + b.
 *
 * Shape: (..., inputs) -> (..., outputs); weight (outputs, inputs), bias (outputs).
 */
export class Linear extends Module {
  readonly weight: Parameter
  readonly bias: Parameter | null

  constructor(inputs: number, outputs: number, options: LinearOptions = {}) {
    super()
    this.weight = new Parameter(initialWeight([outputs, inputs], options.generator))
    this.bias = (options.bias ?? true) ? new Parameter(initialBias(outputs, inputs, options.generator)) : null
  }

  forward(input: Tensor): Tensor {
    return ops.linear(input, this.weight, { bias: this.bias })
  }
}
