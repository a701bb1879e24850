// The contract of a selection strategy: candidates in, the ones worth a person's time out. One strategy a file.

import type { Tensor } from '@oltr/torch'
import type { ExplorationScores, ScoreOptions } from '../scores.ts'

/** The pool as a strategy sees it: N images that may be asked about, duplicates already taken out. */
export interface Candidates {
  /** v_direct, (N, D). */
  readonly features: Tensor
  /** Of the current model, (N, K). */
  readonly logits: Tensor
  readonly scores: ExplorationScores
  /** How they were computed, and from which centroids, (K, D): for strategies that score something else than images. */
  readonly scoreOptions: ScoreOptions
  readonly centroids: Tensor
  /** v_direct of what is labelled already, training images and earlier answers, (M, D); null where it is not at hand. */
  readonly labelled: Tensor | null
}

export interface StrategyOptions {
  /** Seeds whatever the strategy leaves to chance. */
  readonly seed: number
}

/**
 * Chooses `budget` of the candidates (all of them where there are fewer), the most wanted first: their positions, each
 * once. Equal candidates go in the order of their positions, so the choice depends on nothing but its inputs.
 */
export type Strategy = (candidates: Candidates, budget: number, options: StrategyOptions) => Int32Array
