// A plain model whose logits lose the log of the training prior (Menon et al., "Long-tail learning via logit
// adjustment", ICLR 2021, post hoc, tau = 1). It needs no training, so every method that does must beat it: an
// evaluation always prints it beside the plain row.

import { scope, type Tensor, tensor } from '@oltr/torch'
import { Module } from '@oltr/torch/nn'
import type { PlainModel, PlainOutput } from './plain-model.ts'

export class PriorCorrectedModel extends Module {
  plain: PlainModel
  /** log(n_c / N), (K,). */
  logPrior: Tensor

  /** `trainingCounts`: n_c, images of each class, at least one each. The plain model stays the caller's. */
  constructor(plain: PlainModel, trainingCounts: readonly number[]) {
    super()
    this.plain = plain
    this.logPrior = scope(() => {
      const counts = tensor([...trainingCounts]) // (K,)
      return counts.div(counts.sum()).log() // (K,)
    })
  }

  /** Of images (B, 3, height, width): logits (B, K), direct features (B, D). */
  forward(images: Tensor): PlainOutput {
    const { logits, direct } = this.plain.forward(images)
    return { logits: logits.sub(this.logPrior), direct }
  }
}
