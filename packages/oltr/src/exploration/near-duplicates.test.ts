import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTensors, tensor } from '@oltr/torch'
import { SeededRandom } from '@oltr/torch/data'
import fc from 'fast-check'
import { ConfigError } from '../errors.ts'
import { nearDuplicates } from './near-duplicates.ts'

function repeated(rows: readonly (readonly number[])[], tolerance?: number): number[] {
  using x = tensor(Float32Array.from(rows.flat()), { shape: [rows.length, rows[0].length] })
  const before = liveTensors()
  const first = nearDuplicates(x, { tolerance })
  assert.equal(liveTensors(), before)
  return [...first]
}

function normalRows(count: number, width: number, seed: number): number[][] {
  const random = new SeededRandom(seed)
  return Array.from({ length: count }, () => Array.from({ length: width }, () => random.uniform() - 0.5))
}

test('each repetition names the first image, whatever its length', () => {
  assert.deepEqual(
    repeated([
      [1, 0],
      [0, 1],
      [2, 0],
      [0, 1.5],
      [-1, 0],
      [3, 0],
    ]),
    [0, 1, 0, 1, 4, 0],
  )
})

test('copies are found among many images, wherever they stand', () => {
  const rows = normalRows(3000, 16, 1)
  const random = new SeededRandom(2)
  const expected = rows.map((_, i) => i)
  for (let copy = 100; copy < 3000; copy += 97) {
    const of = copy % 83
    rows[copy] = rows[of].map((value) => value * 1.5 + 0.0005 * (random.uniform() - 0.5))
    expected[copy] = of
  }
  assert.deepEqual(repeated(rows), expected)
})

test('named is the first image that repeats none itself and has a cosine above the bound', () => {
  const value = fc.integer({ min: -4, max: 4 }).map((whole) => whole + 0.25)
  const rows = fc.array(fc.array(value, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(rows, (x) => {
      const tolerance = 0.0123
      const first = repeated(x, tolerance)
      const near = (a: number, b: number): boolean => {
        const [p, q] = [x[a], x[b]]
        return (p[0] * q[0] + p[1] * q[1]) / (Math.hypot(...p) * Math.hypot(...q)) > 1 - tolerance
      }
      const expected: number[] = []
      for (const a of x.keys()) {
        const original = expected.findIndex((named, b) => named === b && near(a, b))
        expected.push(original >= 0 ? original : a)
      }
      assert.deepEqual(first, expected)
    }),
  )
})

test('images that are all the same repeat the first', () => {
  assert.deepEqual(new Set(repeated(Array.from({ length: 1500 }, () => [0.3, 0.4, 0.5]))), new Set([0]))
})

test('one image repeats none, no images have no answer, features of zero repeat nothing', () => {
  assert.deepEqual(repeated([[1, 2]]), [0])
  assert.deepEqual(
    repeated([
      [0, 0],
      [0, 0],
    ]),
    [0, 1],
  )
  using nothing = tensor(new Float32Array(0), { shape: [0, 3] })
  assert.equal(nearDuplicates(nothing).length, 0)
})

test('a tolerance that is no share is refused', () => {
  for (const tolerance of [0, -1, 1.5, Number.NaN])
    assert.throws(() => repeated([[1]], tolerance), ConfigError)
})
