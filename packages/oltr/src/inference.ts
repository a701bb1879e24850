// A trained model on images: logits, and the scores that tell known from unknown. The one way that evaluation,
// threshold fitting and prediction share.

import { noGrad, scope, type Tensor } from '@oltr/torch'
import type { Module } from '@oltr/torch/nn'
import { energy, maxSoftmax } from './metrics/logit-scores.ts'
import type { ScoreColumn } from './metrics/prediction-table.ts'
import { OpenLongTailedModel } from './model.ts'
import type { PlainOutput } from './plain-model.ts'
import type { Precision } from './training/precision.ts'
import { inPrecision } from './training/stage.ts'

/** What inference asks of a model: logits for images (B, 3, H, W). */
export type Classifier = Module & { forward(images: Tensor): PlainOutput }

export interface Inference {
  /** Flat (B, K). */
  readonly logits: Float32Array
  /** By name, (B,) each: maxSoftmax, energy and, for a model with a memory, reachability. */
  readonly scores: Readonly<Record<string, Exclude<ScoreColumn, ArrayLike<number>>>>
}

/** Runs the model, which is on `device`, on images (B, 3, H, W) of any device. */
export function infer(
  model: Classifier,
  images: Tensor,
  { precision, device }: { precision: Precision; device: string },
): Inference {
  return noGrad(() =>
    scope(() => {
      const output = inPrecision(precision, device, () => model.forward(images.to({ device })))
      const logits = output.logits.toArray() as Float32Array // (B, K)
      const classes = output.logits.shape[1]!
      const scores: Record<string, { values: ArrayLike<number>; higherIs: 'known' | 'unknown' }> = {
        maxSoftmax: { values: maxSoftmax(logits, classes), higherIs: 'known' },
        energy: { values: energy(logits, classes), higherIs: 'unknown' },
      }
      if (model instanceof OpenLongTailedModel && 'reachability' in output) {
        const gamma = (output.reachability as Tensor).toArray() as Float32Array // (B,)
        scores.reachability = { values: gamma, higherIs: 'unknown' }
      }
      return { logits, scores } as Inference
    }),
  )
}
