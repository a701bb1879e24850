// Near-duplicates in the embedding: images whose features point the same way but for what re-encoding or a resize changes.
// Rows are compared in a few of their coordinates first, in which they are as near as in all of them or nearer: of the
// hundreds that a feature has, thirty are enough to tell almost any two pictures apart.

import { noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { ConfigError } from '../errors.ts'

/**
 * 1 - cosine of features that still count as one image. Copies that were saved anew at a usual quality, or scaled a little,
 * lie within it; two pictures of one object, even of one scene, lie far outside.
 */
export const COPY_TOLERANCE = 5e-4

export interface NearDuplicateOptions {
  /** 1 - cosine, from 1e-6 (the rounding of float32) to 1. */
  readonly tolerance?: number
}

/** Rows whose answers are found together, and earlier rows that they are compared with at once. */
const CHUNK = 1024
const COLUMNS = 4096
/** Coordinates that are compared first. */
const SKETCH = 30
const ROUNDING = 1e-6

/**
 * For each row of features x (N, D) the first row that it nearly repeats, (N,): itself where there is none. A row that is
 * named repeats none itself; so the rows that name themselves are what is left without repetitions. Zeros repeat nothing.
 *
 * Throws ConfigError for a tolerance that cannot be.
 */
export function nearDuplicates(x: Tensor, options: NearDuplicateOptions = {}): Int32Array {
  const { tolerance = COPY_TOLERANCE } = options
  if (!(tolerance >= 1e-6 && tolerance <= 1))
    throw new ConfigError('tolerance', tolerance, 'expected a number from 1e-6 to 1')
  const count = x.shape[0]
  const first = Int32Array.from({ length: count }, (_, row) => row)
  if (count < 2) return first
  noGrad(() =>
    scope(() => {
      const rows = sketched(x)
      for (let start = 0; start < count; start += CHUNK) {
        const end = Math.min(start + CHUNK, count)
        settle(first, repeated(rows, start, end, tolerance))
        const gone = Array.from(first.subarray(start, end)).flatMap((earlier, i) =>
          earlier < start + i ? [start + i] : [],
        )
        if (gone.length > 0) scope(() => forget(rows, tensor(gone, { dtype: 'int64', device: x.device })))
      }
    }),
  )
  return first
}

interface Sketched {
  /** x / ||x||, (N, D). */
  readonly unit: Tensor
  /** With a few coordinates s of `unit`: (s, -||s||^2 / 2, 1), and (s, 1, -||s||^2 / 2); (N, S + 2). */
  readonly left: Tensor
  /** So left_i . right_j = -||s_i - s_j||^2 / 2, at least cos - 1. */
  readonly right: Tensor
}

function sketched(x: Tensor): Sketched {
  return scope(() => {
    const unit = x.div(x.linalgVectorNorm({ dim: [1], keepdim: true }).clampMin(1e-12)) // (N, D)
    const some = unit.slice({ dim: 0, step: Math.ceil(unit.shape[0] / COLUMNS) }) // (M, D)
    const spread = some
      .sub(some.mean([0]))
      .square()
      .sum([0]) // (D,)
    const [, widest] = spread.topk(Math.min(SKETCH, spread.shape[0])) // (S,)
    const few = unit.indexSelect(1, widest) // (N, S)
    const halves = few.square().sum([1], { keepdim: true }).div(-2) // (N, 1)
    const ones = ops.onesLike(halves) // (N, 1)
    const left = ops.cat([few, halves, ones], { dim: 1 }) // (N, S + 2)
    return { unit, left, right: ops.cat([few, ones, halves], { dim: 1 }) }
  })
}

/** A repetition is compared with nothing any more: no direction, and far from all in the first comparison. */
function forget({ unit, right }: Sketched, rows: Tensor): void {
  unit.indexFill_(0, rows, 0)
  right.select(1, right.shape[1] - 1).indexFill_(0, rows, -2)
}

/** The pairs of a row in start .. end - 1 and an earlier one that are within the tolerance: row * N + earlier, ascending. */
function repeated(
  { unit, left, right }: Sketched,
  start: number,
  end: number,
  tolerance: number,
): Float64Array {
  const count = unit.shape[0]
  const found: number[] = []
  for (let column = 0; column < end; column += COLUMNS) {
    scope(() => {
      const width = Math.min(COLUMNS, end - column)
      const near = left.narrow(0, start, end - start).matmul(right.narrow(0, column, width).t()) // (R, C)
      const hits = near
        .amax({ dim: 1 })
        .gt(-tolerance - ROUNDING)
        .nonzero()
        .squeeze(1)
        .add(start) // (H,)
      if (hits.numel === 0) return
      const cosines = unit.indexSelect(0, hits).matmul(unit.narrow(0, column, width).t()) // (H, C)
      const pairs = cosines
        .gt(1 - tolerance)
        .nonzero()
        .to({ dtype: 'int32' })
        .toArray() as Int32Array // (P, 2)
      const rows = hits.to({ dtype: 'int32' }).toArray() as Int32Array
      for (let at = 0; at < pairs.length; at += 2) {
        const [row, earlier] = [rows[pairs[at]], column + pairs[at + 1]]
        if (earlier < row) found.push(row * count + earlier)
      }
    })
  }
  return Float64Array.from(found).sort()
}

/** Gives rows their answers, from the first row on: what a row repeats is then known to repeat nothing. */
function settle(first: Int32Array, pairs: Float64Array): void {
  for (const pair of pairs) {
    const [row, earlier] = [Math.floor(pair / first.length), pair % first.length]
    if (first[row] === row && first[earlier] === earlier) first[row] = earlier
  }
}
