// The head of a model on features that are there already: logits, meta-embedding and reachability without the extractor.

import { noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { energy, maxSoftmax } from '../metrics/logit-scores.ts'
import type { OpenLongTailedModel } from '../model.ts'

/** Rows at a time: large enough for fast products, small beside any model. */
const CHUNK = 8192

/** Logits (n, K) of direct features, flat (n, D). The tensor is the caller's. */
export function logitsOf(model: OpenLongTailedModel, features: Float32Array): Tensor {
  return headOf(model, features, (output) => output.logits)
}

/** The scores that tell known from unknown, as thresholds know them. */
export function openSetScores(
  model: OpenLongTailedModel,
  features: Float32Array,
): {
  logits: Float32Array
  scores: Record<string, { values: ArrayLike<number>; higherIs: 'known' | 'unknown' }>
} {
  return scope(() => {
    const logits = logitsOf(model, features).toArray() as Float32Array // (n, K)
    const gamma = headOf(model, features, (output) => output.reachability).toArray() as Float32Array // (n,)
    return {
      logits,
      scores: {
        maxSoftmax: { values: maxSoftmax(logits, model.classes), higherIs: 'known' },
        energy: { values: energy(logits, model.classes), higherIs: 'unknown' },
        reachability: { values: gamma, higherIs: 'unknown' },
      },
    }
  })
}

/** The best class of each image, (n,). */
export function predictedLabels(model: OpenLongTailedModel, features: Float32Array): Int32Array {
  return scope(() =>
    Int32Array.from(logitsOf(model, features).argmax({ dim: 1 }).toArray() as BigInt64Array, Number),
  )
}

function headOf(
  model: OpenLongTailedModel,
  features: Float32Array,
  part: (output: ReturnType<OpenLongTailedModel['recognise']>) => Tensor,
): Tensor {
  const { dimension } = model
  const rows = features.length / dimension
  return noGrad(() =>
    scope(() => {
      const parts: Tensor[] = []
      for (let first = 0; first === 0 || first < rows; first += CHUNK) {
        const chunk = features.subarray(first * dimension, (first + CHUNK) * dimension)
        parts.push(
          scope(() => part(model.recognise(tensor(chunk, { shape: [chunk.length / dimension, dimension] })))),
        )
      }
      return ops.cat(parts) // (n, ...)
    }),
  )
}
