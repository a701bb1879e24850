// Layers one after another. Agrees with torch.nn.Sequential: keys are the positions ('0.weight', '2.bias').

import type { Tensor } from '../index.ts'
import { type Layer, Module } from './module.ts'

/**
 * Applies its layers in order.
 *
 * Shape: whatever the first layer takes -> whatever the last one gives. With no layers, the identity.
 */
export class Sequential extends Module {
  readonly layers: readonly Layer[]

  constructor(...layers: Layer[]) {
    super()
    this.layers = layers
  }

  forward(input: Tensor): Tensor {
    return this.layers.reduce((x, layer) => layer.forward(x), input)
  }

  protected override members(): Iterable<readonly [string, unknown]> {
    return this.layers.map((layer, i) => [String(i), layer] as const)
  }
}
