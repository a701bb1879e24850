// The choice of a stage: the arm's strategy on the scored pool, and what will be shown of each chosen image.

import { scope, type Tensor, tensor } from '@oltr/torch'
import { softmax } from '../metrics/logit-scores.ts'
import type { OpenLongTailedModel } from '../model.ts'
import type { Question } from './annotation/annotator.ts'
import type { Arm } from './arm.ts'
import { budgetImages } from './budget.ts'
import type { FeatureStore } from './feature-store.ts'
import { logitsOf } from './recognise-features.ts'
import type { ScoredPool } from './scored-pool.ts'

/** A chosen image: the question about it, and why it was chosen. */
export interface Selected extends Question {
  /** Position in the feature store. */
  readonly at: number
  readonly openness: number
  readonly informativeness: number
  readonly energy: number
}

export interface ImageSelection {
  /** Images that could have been chosen. */
  readonly pool: number
  /** The most wanted first. */
  readonly asked: readonly Selected[]
  readonly seconds: number
}

export interface SelectionInput {
  readonly store: FeatureStore
  readonly model: OpenLongTailedModel
  readonly classNames: readonly string[]
  /** Features of labelled images, flat (M, D), for strategies that look at them. */
  readonly labelled: () => Float32Array | null
  readonly arm: Arm
  readonly budget: string
  readonly seed: number
}

/** Classes to name as guesses. */
const GUESSES = 3

/** Chooses the images of a pool that are worth a person's time. Throws ConfigError for a budget that cannot be. */
export function selectImages(pool: ScoredPool, input: SelectionInput): ImageSelection {
  const started = performance.now()
  const { store, model, arm, classNames } = input
  const { candidates, scores } = pool
  return scope(() => {
    const features = once(() => store.readAt(candidates))
    const rows = (values: Float32Array): Tensor =>
      tensor(values, { shape: [values.length / model.dimension, model.dimension] })
    const x = once(() => rows(features())) // (N, D)
    const logits = once(() => logitsOf(model, features())) // (N, K)
    const labelled = once(() => {
      const values = input.labelled()
      return values && rows(values)
    })
    const picks =
      candidates.length === 0
        ? new Int32Array(0)
        : arm.pick(
            {
              scores,
              scoreOptions: arm.scores,
              centroids: model.memory.centroids,
              // Made when a strategy asks for them: a pool's features may be large.
              get features() {
                return x()
              },
              get logits() {
                return logits()
              },
              get labelled() {
                return labelled()
              },
            },
            budgetImages(input.budget, candidates.length),
            { seed: input.seed },
          )
    const seconds = (performance.now() - started) / 1000
    const probabilities = softmax(
      logitsOf(model, store.readAt(picks.map((at) => candidates[at]))).toArray() as Float32Array,
      model.classes,
    )
    const asked = [...picks].map((pick, row): Selected => {
      const at = candidates[pick]
      const stored = store.images[at]
      if (!('id' in stored)) throw new RangeError(`image ${at} has no content`)
      const shares = probabilities.subarray(row * model.classes, (row + 1) * model.classes)
      return {
        ...stored,
        at,
        openness: scores.openness[pick],
        informativeness: scores.informativeness[pick],
        energy: scores.energy[pick],
        guesses: [...shares.keys()]
          .sort((a, b) => shares[b] - shares[a] || a - b)
          .slice(0, GUESSES)
          .map((label) => ({ className: classNames[label], confidence: shares[label] })),
      }
    })
    return { pool: candidates.length, asked, seconds }
  })
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
