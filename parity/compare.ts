// Compares a tensor with a golden one: shape and dtype exactly, values within a relative tolerance.

import assert from 'node:assert/strict'
import { type Tensor, tensor } from '@oltr/torch'
import type { Golden } from './read-golden.ts'

/** The golden values as a tensor of their own dtype. */
export function tensorOf(golden: Golden): Tensor {
  return tensor(golden.data, { dtype: golden.dtype, shape: golden.shape })
}

/**
 * Every element must lie within `tolerance` times the larger of its own magnitude and the root mean square of the
 * golden tensor: a sum that cancels to almost nothing is as exact as its terms, not as its result.
 */
export function assertClose(actual: Tensor, golden: Golden, what: string, tolerance = 1e-5): void {
  assert.deepEqual([...actual.shape], golden.shape, `${what}: shape`)
  assert.equal(actual.dtype, golden.dtype, `${what}: dtype`)
  assertCloseNumbers(
    Array.from(actual.toArray() as ArrayLike<number | bigint>, Number),
    golden.data,
    what,
    tolerance,
  )
}

/** The same for plain numbers. */
export function assertCloseNumbers(
  actual: readonly number[],
  expected: readonly number[],
  what: string,
  tolerance = 1e-5,
): void {
  assert.equal(actual.length, expected.length, `${what}: number of values`)
  const meanSquare = expected.reduce((sum, value) => sum + value * value, 0) / Math.max(expected.length, 1)
  const floor = Math.sqrt(meanSquare)
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i] - value)
    const message = `${what}[${i}]: expected ${value}, got ${actual[i]}`
    assert.ok(error <= tolerance * Math.max(Math.abs(value), floor), message)
  })
}
