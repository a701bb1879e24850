// One number for each image from its class probabilities, a chunk of images at a time: the logits of a pool may be large.

import { noGrad, scope, type Tensor } from '@oltr/torch'

const CHUNK = 8192

/** `measure` of each image's softmax (n, K), as (n,); together (N,). */
export function ofProbabilities(logits: Tensor, measure: (probabilities: Tensor) => Tensor): Float32Array {
  const count = logits.shape[0]
  const values = new Float32Array(count)
  for (let first = 0; first < count; first += CHUNK) {
    const part = noGrad(() =>
      scope(() => {
        const rows = logits.narrow(0, first, Math.min(CHUNK, count - first)) // (n, K)
        return measure(rows.softmax(1, { dtype: 'float32' })).toArray() as Float32Array // (n,)
      }),
    )
    values.set(part, first)
  }
  return values
}
