// Random zeroing in training. Agrees with torch.nn.Dropout.

import { ops, type Tensor } from '../index.ts'
import { Module } from './module.ts'

/** Shape: any -> the same. In training each element is 0 with the given probability, else scaled by 1 / (1 − p). */
export class Dropout extends Module {
  readonly probability: number

  /** Throws RangeError for a probability outside 0..1. */
  constructor(probability = 0.5) {
    super()
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(`a dropout probability lies between 0 and 1, got ${probability}`)
    }
    this.probability = probability
  }

  forward(input: Tensor): Tensor {
    return ops.dropout(input, this.probability, this.training)
  }
}
