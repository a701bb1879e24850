// Normalisation over the last dimensions of each sample. Agrees with torch.nn.LayerNorm.

import { ops, type Tensor } from '../index.ts'
import { Module } from './module.ts'
import { Parameter } from './parameter.ts'

export interface LayerNormOptions {
  eps?: number
  /** Learn a scale and a shift of the normalised shape. */
  elementwiseAffine?: boolean
}

/** Shape: (..., *normalizedShape) -> the same; weight and bias (*normalizedShape). */
export class LayerNorm extends Module {
  readonly weight: Parameter | null = null
  readonly bias: Parameter | null = null
  readonly normalizedShape: readonly number[]
  readonly eps: number

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super()
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape
    this.eps = options.eps ?? 1e-5
    if (options.elementwiseAffine ?? true) {
      this.weight = new Parameter(ops.ones(this.normalizedShape))
      this.bias = new Parameter(ops.zeros(this.normalizedShape))
    }
  }

  forward(input: Tensor): Tensor {
    return ops.layerNorm(input, this.normalizedShape, { weight: this.weight, bias: this.bias, eps: this.eps })
  }
}
