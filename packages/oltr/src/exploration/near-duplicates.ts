// Near-duplicates in the embedding: images whose features point the same way but for what re-encoding or a resize changes.

import { noGrad, scope, type Tensor } from '@oltr/torch'

/** 1 - cosine of features that still count as one image: re-encoded copies lie below, similar pictures far above. */
export const COPY_TOLERANCE = 1e-4

/** Rows compared at once with all before them. */
const CHUNK = 1024

/**
 * For each row of features x (N, D) the first row that it nearly repeats, itself where there is none, (N,). Among
 * repetitions of repetitions the first of all is named.
 */
export function nearDuplicates(x: Tensor, tolerance = COPY_TOLERANCE): Int32Array {
  const first = Int32Array.from({ length: x.shape[0] }, (_, at) => at)
  noGrad(() =>
    scope(() => {
      const unit = x.div(x.linalgVectorNorm({ dim: [1], keepdim: true }).clampMin(1e-12)) // (N, D)
      for (let start = 0; start < first.length; start += CHUNK) {
        const end = Math.min(start + CHUNK, first.length)
        const pairs = scope(() => {
          const rows = unit.slice({ dim: 0, start, end }) // (R, D)
          const before = unit.slice({ dim: 0, start: 0, end }) // (E, D)
          return rows.matmul(before.t()).gt(1 - tolerance).nonzero().toArray() as BigInt64Array // (P, 2)
        })
        for (let at = 0; at < pairs.length; at += 2) {
          const row = start + Number(pairs[at])
          const earlier = Number(pairs[at + 1])
          if (earlier < row && first[row] === row) first[row] = first[earlier]
        }
      }
    }),
  )
  return first
}

