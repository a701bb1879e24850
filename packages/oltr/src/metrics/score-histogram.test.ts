import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DataError } from '../errors.ts'
import { scoreHistogram } from './score-histogram.ts'

test('shares are of the known and of the unknown images, over the same bins', () => {
  const { edges, known, unknown } = scoreHistogram([0, 1, 3, 4], [2, 2], 4)
  assert.deepEqual(
    [edges, known, unknown],
    [
      [0, 1, 2, 3, 4],
      [0.25, 0.25, 0, 0.5],
      [0, 0, 1, 0],
    ],
  )
})

test('scores as near as numbers can be fall into bins, too', () => {
  const { known, unknown, edges } = scoreHistogram([Number.MIN_VALUE], [0], 2)
  assert.deepEqual(
    [edges, known, unknown],
    [
      [-0.5, 0, 0.5],
      [0, 1],
      [0, 1],
    ],
  )
})

test('no image falls outside the bins, whatever the scores', () => {
  const scores = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 20 })
  fc.assert(
    fc.property(scores, scores, fc.integer({ min: 1, max: 50 }), (known, unknown, bins) => {
      const histogram = scoreHistogram(known, unknown, bins)
      for (const [shares, images] of [
        [histogram.known, known],
        [histogram.unknown, unknown],
      ]) {
        assert.equal(shares.length, bins)
        const total = shares.reduce((a, b) => a + b, 0)
        assert.ok(Math.abs(total - (images.length > 0 ? 1 : 0)) < 1e-9)
      }
      assert.deepEqual(
        histogram.edges,
        histogram.edges.toSorted((a, b) => a - b),
      )
    }),
  )
  assert.throws(() => scoreHistogram([Number.NaN], []), DataError)
})
