import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { holdOutValidation, stratifiedSplit } from './validation-split.ts'

const labelsOf = fc
  .array(fc.integer({ min: -1, max: 5 }), { maxLength: 120 })
  .map((list) => Int32Array.from(list))
const countOf = (labels: Int32Array, positions: Int32Array, label: number) =>
  positions.filter((at) => labels[at] === label).length

test('a stratified split uses each known image once and leaves every class something to train on', () => {
  fc.assert(
    fc.property(
      labelsOf,
      fc.nat(1000),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      (labels, seed, test) => {
        const parts = stratifiedSplit(labels, 6, { test, validation: 0.1, seed })
        const used = [...parts.train, ...parts.validation, ...parts.test].sort((a, b) => a - b)
        assert.deepEqual(
          used,
          [...labels.keys()].filter((at) => labels[at] >= 0),
        )
        for (let c = 0; c < 6; c++) {
          const images = labels.filter((label) => label === c).length
          assert.equal(countOf(labels, parts.train, c) >= 1, images >= 1)
          if (images >= 2 && test > 0) assert.ok(countOf(labels, parts.test, c) >= 1)
        }
      },
    ),
  )
})

test('the same seed gives the same split, another seed another', () => {
  const labels = new Int32Array(100)
  const split = (seed: number) => stratifiedSplit(labels, 1, { test: 0.2, validation: 0.1, seed })
  assert.deepEqual(split(3), split(3))
  assert.notDeepEqual(split(3), split(4))
  assert.deepEqual([split(3).train.length, split(3).validation.length, split(3).test.length], [70, 10, 20])
})

test('validation images come from unused training images first, then from at most a fifth of a class', () => {
  // Class 0: 10 used, 0 spare; class 1: 4 used, 6 spare; class 2: 1 used, 0 spare; class 3: 0 used, 2 spare.
  const labels = Int32Array.of(...Array(10).fill(0), ...Array(10).fill(1), 2, 3, 3)
  const train = Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 20)
  const spare = Int32Array.of(14, 15, 16, 17, 18, 19, 21, 22)
  const parts = holdOutValidation(labels, 4, train, spare, { perClass: 5, seed: 0 })
  const counts = [0, 1, 2, 3].map((c) => [
    countOf(labels, parts.train, c),
    countOf(labels, parts.validation, c),
  ])
  assert.deepEqual(counts, [
    [8, 2],
    [4, 5],
    [1, 0],
    [0, 2],
  ])
  const both = new Set([...parts.train, ...parts.validation])
  assert.equal(both.size, parts.train.length + parts.validation.length)
})
