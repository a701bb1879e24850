// Stage 1, and the "Plain" row of the paper's tables: backbone, pooling, a linear classifier with bias, cross-entropy.

import type { Tensor } from '@oltr/torch'
import { crossEntropy, init, Linear, Module } from '@oltr/torch/nn'
import type { Backbone } from './backbones/backbone.ts'
import { createBackbone } from './backbones/create-backbone.ts'
import { directFeature } from './direct-feature.ts'
import { fullPrecision } from './full-precision.ts'
import type { ModelConfig } from './model-config.ts'

export interface PlainOutput {
  /** (B, K). */
  logits: Tensor
  /** v_direct, (B, D). */
  direct: Tensor
}

export class PlainModel extends Module {
  backbone: Backbone
  fcAdd: Linear | null = null
  classifier: Linear
  /** D. */
  readonly dimension: number

  /** `classes`: K. `backbone` replaces the configured one, already built. */
  constructor(config: ModelConfig, classes: number, backbone: Backbone = createBackbone(config.backbone)) {
    super()
    this.backbone = backbone
    this.dimension = backbone.channels
    if (config.fcAddInStageOne && config.fcAdd !== null) {
      this.dimension = config.fcAdd
      this.fcAdd = new Linear(backbone.channels, config.fcAdd)
    }
    this.classifier = new Linear(this.dimension, classes)
    if (backbone.classifierInit === 'kaiming-normal') init.kaimingNormal_(this.classifier.weight)
  }

  /** Logits and features of images (B, 3, height, width). */
  forward(images: Tensor): PlainOutput {
    const featureMap = this.backbone.forwardFeatures(images) // (B, C, H, W)
    return fullPrecision(featureMap, () => {
      const direct = directFeature(featureMap, this.fcAdd) // (B, D)
      return { logits: this.classifier.forward(direct), direct } // (B, K), (B, D)
    })
  }

  /** Softmax cross-entropy, the mean over the batch, (). */
  loss(output: PlainOutput, labels: Tensor): { total: Tensor } {
    return { total: crossEntropy(output.logits, labels) }
  }
}
