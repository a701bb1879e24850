// Layers without weights that a `Sequential` needs. Agrees with torch.nn's ReLU, LeakyReLU, Sigmoid, Tanh, Identity, Flatten.
// Elsewhere call the operator: `x.relu()`.

import { ops, type Tensor } from '../index.ts'
import { Module } from './module.ts'

/** Shape: any -> the same. */
export class Relu extends Module {
  readonly inplace: boolean

  /** `inplace` overwrites the input: one buffer less, where nothing else reads it. */
  constructor(options: { inplace?: boolean } = {}) {
    super()
    this.inplace = options.inplace ?? false
  }

  forward(input: Tensor): Tensor {
    return this.inplace ? ops.relu_(input) : ops.relu(input)
  }
}

/** Shape: any -> the same. */
export class LeakyRelu extends Module {
  readonly negativeSlope: number

  constructor(options: { negativeSlope?: number } = {}) {
    super()
    this.negativeSlope = options.negativeSlope ?? 0.01
  }

  forward(input: Tensor): Tensor {
    return ops.leakyRelu(input, { negativeSlope: this.negativeSlope })
  }
}

/** Shape: any -> the same, in (0, 1). */
export class Sigmoid extends Module {
  forward(input: Tensor): Tensor {
    return ops.sigmoid(input)
  }
}

/** Shape: any -> the same, in (−1, 1). */
export class Tanh extends Module {
  forward(input: Tensor): Tensor {
    return ops.tanh(input)
  }
}

/** Shape: any -> the same; returns its argument itself. */
export class Identity extends Module {
  forward(input: Tensor): Tensor {
    return input
  }
}

/** Shape: (N, a, b, ...) -> (N, a·b·...), or any other range of dimensions, both ends included. */
export class Flatten extends Module {
  readonly startDim: number
  readonly endDim: number

  constructor(startDim = 1, endDim = -1) {
    super()
    this.startDim = startDim
    this.endDim = endDim
  }

  forward(input: Tensor): Tensor {
    return ops.flatten(input, { startDim: this.startDim, endDim: this.endDim })
  }
}
