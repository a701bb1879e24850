// A table of vectors looked up by index. Agrees with torch.nn.Embedding (dense gradients): key weight.

import { type Generator, ops, type Tensor } from '../index.ts'
import { normal_ } from './init.ts'
import { Module } from './module.ts'
import { Parameter } from './parameter.ts'

/** Shape: int64 (...) with values in 0..count−1 -> (..., size); weight (count, size), from a standard normal. */
export class Embedding extends Module {
  readonly weight: Parameter

  constructor(count: number, size: number, options: { generator?: Generator } = {}) {
    super()
    this.weight = new Parameter(normal_(ops.empty([count, size]), options))
  }

  forward(indices: Tensor): Tensor {
    return ops.embedding(this.weight, indices)
  }
}
