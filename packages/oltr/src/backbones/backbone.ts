// What the rest of the model asks of a feature extractor: the last feature map, and how large it is. The paper applies
// modulated attention to that map and pools it afterwards (Sec. 3.3), so a backbone stops before its average pool.

import type { Tensor } from '@oltr/torch'
import { Module } from '@oltr/torch/nn'

export abstract class Backbone extends Module {
  /** C, the channels of the last feature map. */
  abstract readonly channels: number

  /** How a linear layer on top of this network starts: as its authors did it. */
  abstract readonly classifierInit: 'kaiming-normal' | 'default'

  /** The last feature map (B, C, H, W) of images (B, 3, height, width), after its ReLU, in the dtype of the region. */
  abstract forwardFeatures(images: Tensor): Tensor

  /** H and W of the last feature map for images of this size. */
  abstract featureSize(height: number, width: number): [number, number]

  forward(images: Tensor): Tensor {
    return this.forwardFeatures(images)
  }
}

/** `size` after `times` convolutions or pools of stride 2 whose padding keeps every second pixel, from the first. */
export function halved(size: number, times: number): number {
  let result = size
  for (let i = 0; i < times; i++) result = Math.ceil(result / 2)
  return result
}

/** Runs blocks one after the other; what autograd does not hold is freed as soon as the next block has used it. */
export function runBlocks(blocks: readonly { forward(x: Tensor): Tensor }[], input: Tensor): Tensor {
  let x = input
  for (const block of blocks) {
    const next = block.forward(x)
    if (x !== input) x.dispose()
    x = next
  }
  return x
}
