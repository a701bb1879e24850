import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { materialise } from './materialise.ts'

// The definition, element by element.
function literal(
  storage: Uint8Array,
  item: number,
  offset: number,
  shape: number[],
  strides: number[],
): number[] {
  const result: number[] = []
  const visit = (dimension: number, element: number): void => {
    if (dimension === shape.length) result.push(...storage.subarray(element * item, (element + 1) * item))
    else for (let i = 0; i < shape[dimension]; i++) visit(dimension + 1, element + i * strides[dimension])
  }
  visit(0, offset)
  return result
}

const dimensions = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 6 })), {
  maxLength: 5,
})

test('any view inside of its storage is what its strides define', () => {
  const storage = new Uint8Array(4000).map((_, i) => i * 37)
  fc.assert(
    fc.property(dimensions, fc.nat(20), fc.constantFrom(1, 2, 4, 8), (dims, offset, item) => {
      const shape = dims.map(([length]) => length)
      const strides = dims.map(([, stride]) => stride)
      assert.deepEqual(
        [...materialise(storage, item, offset, shape, strides)],
        literal(storage, item, offset, shape, strides),
      )
    }),
    { numRuns: 500 },
  )
})

test('a row-major view is not copied, and a column-major one is', () => {
  const storage = new Uint8Array(24)
  assert.equal(materialise(storage, 4, 0, [2, 3], [3, 1]).buffer, storage.buffer)
  assert.equal(materialise(storage, 4, 2, [4, 1], [1, 99]).byteOffset, 8)
  assert.notEqual(materialise(storage, 4, 0, [2, 3], [1, 2]).buffer, storage.buffer)
})

test('a view that reaches out of its storage throws', () => {
  assert.throws(() => materialise(new Uint8Array(8), 4, 0, [3], [1]), RangeError)
  assert.throws(() => materialise(new Uint8Array(8), 4, 2, [], []), RangeError)
  assert.throws(() => materialise(new Uint8Array(8), 4, 0, [2, 2], [2, 1]), RangeError)
})
