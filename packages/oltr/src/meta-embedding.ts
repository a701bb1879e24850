// The dynamic meta-embedding (Sec. 3.2, Eq. 2 to 5): v_meta = (1 / gamma) (v_direct + e * v_memory). The direct feature
// is enriched by what the memory knows, gated by the concept selector, and scaled by its reachability. The switches are
// the ablations of Fig. 9(b).

import type { Tensor } from '@oltr/torch'
import { Module } from '@oltr/torch/nn'
import { ConceptSelector } from './concept-selector.ts'
import { Hallucinator } from './hallucinator.ts'
import type { AblationConfig } from './model-config.ts'
import { Reachability } from './reachability.ts'
import type { VisualMemory } from './visual-memory.ts'

export interface MetaEmbeddingOutput {
  /** v_memory, what the memory recalls, (B, D). */
  memory: Tensor
  /** e * v_memory, the part of it that the selector lets through, (B, D). */
  infused: Tensor
  /** gamma, the distance to the nearest centroid, (B,): large for what was never seen. */
  reachability: Tensor
  /** The class of that centroid, (B,), int64. */
  nearest: Tensor
  /** v_meta, (B, D). */
  meta: Tensor
}

export interface MetaEmbeddingOptions {
  classes: number
  dimension: number
  activation?: 'softmax' | 'linear'
  /** s_r of Reachability. */
  scale?: number
  ablation?: AblationConfig
}

const COMPLETE: AblationConfig = { memory: true, conceptSelector: true, calibrator: true }

export class MetaEmbedding extends Module {
  hallucinator: Hallucinator
  conceptSelector: ConceptSelector
  reachability: Reachability
  readonly ablation: AblationConfig

  constructor({ classes, dimension, activation, scale, ablation = COMPLETE }: MetaEmbeddingOptions) {
    super()
    this.hallucinator = new Hallucinator(dimension, classes, activation)
    this.conceptSelector = new ConceptSelector(dimension)
    this.reachability = new Reachability(scale)
    this.ablation = ablation
  }

  /** Of direct features x (B, D). The memory is a constant: no gradient reaches the centroids from here. */
  forward(x: Tensor, memory: VisualMemory): MetaEmbeddingOutput {
    const recalled = this.hallucinator.recall(x, memory.centroids.detach()) // (B, D)
    const infused = this.select(x, recalled) // (B, D)
    const { distance, index } = memory.nearest(x) // (B,), (B,)
    const enriched = this.ablation.memory ? x.add(infused) : x // (B, D)
    const meta = this.ablation.calibrator
      ? enriched.mul(this.reachability.forward(distance).unsqueeze(1)) // (B, D)
      : enriched
    return { memory: recalled, infused, reachability: distance, nearest: index, meta }
  }

  private select(x: Tensor, recalled: Tensor): Tensor {
    if (!this.ablation.conceptSelector) return recalled // e = 1
    return this.conceptSelector.forward(x).mul(recalled) // (B, D)
  }
}
