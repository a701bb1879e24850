// Accuracy of growing models.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accuracyByClass, growthMetrics, meanAccuracy } from './growth-metrics.ts'

test('a class counts by its own accuracy, whatever its size, and one that was never learned counts 0', () => {
  const accuracies = accuracyByClass({
    predictions: [0, 0, 1, 1, 2, 0],
    labels: [0, 0, 0, 1, 7, 8],
    modelLabel: (label) => (label < 2 ? label : label === 7 ? 2 : undefined),
  })
  assert.deepEqual(Object.fromEntries(accuracies), { 0: 2 / 3, 1: 1, 7: 1, 8: 0 })
  const metrics = growthMetrics(accuracies, ['many', 'few'], [7, 8])
  assert.equal(metrics.known, (2 / 3 + 1) / 2)
  assert.deepEqual(metrics.byGroup, { many: 2 / 3, medium: null, few: 1 })
  assert.equal(metrics.unknown, 0.5)
})

test('classes without test images are left out; none at all has no accuracy', () => {
  const accuracies = new Map([[0, 1]])
  assert.equal(meanAccuracy(accuracies, [0, 1]), 1)
  assert.equal(meanAccuracy(accuracies, [5]), null)
  assert.equal(growthMetrics(new Map(), [], []).known, null)
})
