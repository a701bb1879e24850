// The open long-tailed recogniser of OLTR++ (Liu et al., TPAMI 2022), Sec. 3. One reading order: backbone -> modulated
// attention (Eq. 6) -> direct feature -> memory, selector, reachability (Eq. 1 to 5) -> cosine classifier (Eq. 10), and
// the losses (Eq. 11 to 13).
//
// Letters in the shapes, here and in every file of this folder:
//   B images in a batch    K known classes    D size of the embedding (v_direct, v_meta, centroids)
//   C channels, H rows, W columns of the last feature map; HW positions

import type { Tensor } from '@oltr/torch'
import { crossEntropy, Linear, Module } from '@oltr/torch/nn'
import type { Backbone } from './backbones/backbone.ts'
import { createBackbone } from './backbones/create-backbone.ts'
import { CosineClassifier } from './cosine-classifier.ts'
import { directFeature } from './direct-feature.ts'
import { fullPrecision } from './full-precision.ts'
import { largeMargin } from './losses/large-margin.ts'
import type { MetaEmbeddingOutput } from './meta-embedding.ts'
import { MetaEmbedding } from './meta-embedding.ts'
import type { ModelConfig } from './model-config.ts'
import type { AttentionMaps } from './modulated-attention.ts'
import { ModulatedAttention } from './modulated-attention.ts'
import type { PlainModel } from './plain-model.ts'
import type { RankSums } from './visual-memory.ts'
import { VisualMemory } from './visual-memory.ts'

export interface ModelOutput extends MetaEmbeddingOutput {
  /** (B, K), in -s..s. */
  logits: Tensor
  /** v_direct, (B, D). */
  direct: Tensor
  /** All distances to the centroids, (B, K), where asked for. */
  distances?: Tensor
  /** The maps of the attention, where asked for and present. */
  maps?: AttentionMaps
}

export interface ModelLoss {
  /** classification + largeMargin, (). */
  total: Tensor
  /** L_CE, (). */
  classification: Tensor
  /** lambda * L_LM, (). */
  largeMargin: Tensor
}

export class OpenLongTailedModel extends Module {
  backbone: Backbone
  attention: ModulatedAttention | null = null
  fcAdd: Linear | null = null
  memory: VisualMemory
  metaEmbedding: MetaEmbedding
  classifier: CosineClassifier
  readonly config: ModelConfig
  /** D. */
  readonly dimension: number

  /** `classes`: K, what the data set knows at the start. `backbone` replaces the configured one, already built. */
  constructor(config: ModelConfig, classes: number, backbone: Backbone = createBackbone(config.backbone)) {
    super()
    this.config = config
    this.backbone = backbone
    this.dimension = config.fcAdd ?? backbone.channels
    if (config.attention !== 'none') {
      const [height, width] = backbone.featureSize(config.imageSize, config.imageSize)
      this.attention = new ModulatedAttention({
        channels: backbone.channels,
        height,
        width,
        variant: config.attention,
      })
    }
    if (config.fcAdd !== null) this.fcAdd = new Linear(backbone.channels, config.fcAdd)
    this.memory = new VisualMemory(classes, this.dimension, config.centroids.rule)
    this.metaEmbedding = new MetaEmbedding({
      classes,
      dimension: this.dimension,
      activation: config.hallucinator.activation,
      scale: config.reachScale === 'mean-distance' ? 1 : config.reachScale, // measured by initialiseMemory
      ablation: config.ablation,
    })
    this.classifier = new CosineClassifier(this.dimension, classes, config.cosineScale)
  }

  /** K, the classes known now. */
  get classes(): number {
    return this.memory.centroids.shape[0]
  }

  /** Recognises images (B, 3, height, width). `maps` and `distances` add what figures and exploration need. */
  forward(images: Tensor, { maps = false, distances = false } = {}): ModelOutput {
    const { direct, attentionMaps } = this.extract(images) // (B, D)
    return fullPrecision(direct, () => {
      const output: ModelOutput = this.recognise(direct)
      if (distances) output.distances = this.memory.distances(direct) // (B, K)
      if (maps && attentionMaps) output.maps = attentionMaps
      return output
    })
  }

  /** v_direct (B, D) of images (B, 3, height, width), without the head. */
  directFeature(images: Tensor): Tensor {
    return this.extract(images).direct
  }

  private extract(images: Tensor): { direct: Tensor; attentionMaps?: AttentionMaps } {
    const featureMap = this.backbone.forwardFeatures(images) // (B, C, H, W)
    const attention = this.attention?.attend(featureMap) // (B, C, H, W) and its maps
    const attended = attention?.attended ?? featureMap // (B, C, H, W)
    const direct = fullPrecision(attended, () => directFeature(attended, this.fcAdd)) // (B, D)
    return { direct, attentionMaps: attention?.maps }
  }

  /** The head alone, on direct features (B, D) in full precision. */
  recognise(direct: Tensor): ModelOutput {
    const embedding = this.metaEmbedding.forward(direct, this.memory) // memory, infused, meta (B, D); gamma (B,)
    return { ...embedding, direct, logits: this.classifier.forward(embedding.meta) } // logits (B, K)
  }

  /**
   * Eq. 11 for labels (B,), int64 in 0..K-1.
   * Deviation: Eq. 12 is printed as a binary cross-entropy without minus signs; this is softmax cross-entropy, as in the code.
   */
  loss(output: ModelOutput, labels: Tensor): ModelLoss {
    return fullPrecision(output.direct, () => {
      const { rule } = this.config.centroids
      const centroids = rule === 'code' ? this.memory.centroids : this.memory.centroids.detach() // (K, D)
      const compared = this.config.largeMargin.input === 'meta' ? output.meta : output.direct // (B, D)
      const classification = crossEntropy(output.logits, labels) // ()
      const margin = largeMargin(compared, labels, centroids, this.config.largeMargin) // ()
      return { total: classification.add(margin), classification, largeMargin: margin }
    })
  }

  /** Eq. 1 into the gradient of the centroids: after `backward`, before their optimiser's step. */
  centroidGradient(direct: Tensor, labels: Tensor, ranks: RankSums = {}): void {
    this.memory.accumulateGradient(direct, labels, ranks)
  }

  /**
   * Takes over what stage 1 learned: the backbone, fc_add where both have it, and the classifier as the hallucinator's
   * start. Attention and cosine classifier start anew. Throws ConfigError when the classifier does not fit.
   */
  initFromStageOne(plain: PlainModel): void {
    this.backbone.loadStateDict(plain.backbone.stateDict())
    if (this.fcAdd !== null && plain.fcAdd !== null) this.fcAdd.loadStateDict(plain.fcAdd.stateDict())
    if (this.config.hallucinator.init === 'stage1') this.metaEmbedding.hallucinator.copyFrom(plain.classifier)
  }
}
