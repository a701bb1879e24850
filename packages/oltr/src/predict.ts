// One image decided: its class or "unknown", how sure, how far from everything known, and which classes came close.

import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { setThreads } from '@oltr/torch'
import { loadImages } from '@oltr/torch/data'
import { infer } from './inference.ts'
import { softmax } from './metrics/logit-scores.ts'
import { isKnown } from './metrics/open-set.ts'
import { loadTrainedModel, type TrainedModel } from './trained-model.ts'

export interface Candidate {
  readonly className: string
  /** Softmax probability among the known classes, 0..1. */
  readonly confidence: number
}

export interface Prediction {
  readonly file: string
  readonly known: boolean
  /** The best class, also where the image counts as unknown: what it would have been. */
  readonly className: string
  readonly confidence: number
  /** The score that decided, its value, and the threshold it was held against. */
  readonly decision: { readonly score: string; readonly value: number; readonly threshold: number }
  /** Distance to the nearest centroid; null for a plain model. */
  readonly reachability: number | null
  /** The most probable classes, best first. */
  readonly nearest: readonly Candidate[]
}

export class Recogniser {
  readonly #trained: TrainedModel
  readonly #candidates: number

  /** Loads a model file. `candidates`: how many classes to name for each image. */
  constructor(modelPath: string, { candidates = 3, threads = availableParallelism() } = {}) {
    setThreads(threads)
    this.#trained = loadTrainedModel(modelPath)
    this.#trained.model.to({ memoryFormat: 'channels_last' })
    this.#candidates = candidates
  }

  get card(): TrainedModel['card'] {
    return this.#trained.card
  }

  /** Decides images, in the order given. Throws DataLoadError naming the first that cannot be decoded. */
  async predict(files: readonly string[]): Promise<Prediction[]> {
    const { model, card } = this.#trained
    using images = await loadImages(
      files.map((file) => resolve(file)),
      card.preprocessing,
      { memoryFormat: 'channels_last' },
    ) // (B, 3, H, W)
    const { logits, scores } = infer(model, images, { precision: card.provenance.precision, device: 'cpu' })
    const classes = card.classNames.length
    const probabilities = softmax(logits, classes) // flat (B, K)
    return files.map((file, i) => {
      const row = probabilities.subarray(i * classes, (i + 1) * classes)
      const ranked = [...row.keys()]
        .sort((a, b) => row[b]! - row[a]!)
        .slice(0, Math.max(1, this.#candidates))
        .map((label) => ({ className: card.classNames[label]!, confidence: row[label]! }))
      const { threshold } = card
      const value = scores[threshold.score]!.values[i]!
      return {
        file,
        known: isKnown(value, threshold),
        ...ranked[0]!,
        decision: { score: threshold.score, value, threshold: threshold.value },
        reachability: scores.reachability?.values[i] ?? null,
        nearest: ranked.slice(0, this.#candidates),
      }
    })
  }

  dispose(): void {
    this.#trained.model.dispose()
  }
}
