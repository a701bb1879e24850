import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ClassCounts } from './class-counts.ts'
import { openSetAccuracy, withRejection } from './open-set.ts'
import { labelledPredictions } from './random-predictions.fixture.ts'
import { shotGroups } from './shot-groups.ts'
import { paperThresholds, quantileThresholds, thresholdSweep } from './sweep.ts'

test('a score equal to the threshold is known, on either side', () => {
  assert.deepEqual(
    [...withRejection([4, 5, 6], [0.1, 0.2, 0.3], { value: 0.2, knownWhen: 'atLeast' })],
    [-1, 5, 6],
  )
  assert.deepEqual(
    [...withRejection([4, 5, 6], [0.1, 0.2, 0.3], { value: 0.2, knownWhen: 'atMost' })],
    [4, 5, -1],
  )
})

test('rejected known images count as wrong, and their share is told for each group', () => {
  // Class 0 (many): right, rejected. Class 1 (few): rejected, rejected, right, wrong. Unknown: rejected, accepted.
  const labels = [0, 0, 1, 1, 1, 1, -1, -1]
  const answers = [0, -1, -1, -1, 1, 0, -1, 1]
  const report = openSetAccuracy(ClassCounts.of(labels, answers, 2), shotGroups([200, 5]))
  assert.deepEqual(report, {
    accuracy: { many: 0.5, medium: null, few: 0.25, overall: 2 / 6, classMean: 0.375 },
    knownRejected: { many: 0.5, medium: null, few: 0.5, overall: 0.5 },
    unknownRejected: 0.5,
  })
})

test('raising the threshold never raises known accuracy nor lowers the shares rejected', () => {
  fc.assert(
    fc.property(
      labelledPredictions({ rejections: false }),
      ({ labels, predictions, scores, trainingCounts }) => {
        const rows = thresholdSweep({ labels, predictions, scores, groups: shotGroups(trainingCounts) })
        rows.slice(1).forEach((row, t) => {
          const before = rows[t]
          assert.ok((row.accuracy.overall ?? 0) <= (before.accuracy.overall ?? 0))
          assert.ok((row.knownRejected.few ?? 0) >= (before.knownRejected.few ?? 0))
          assert.ok((row.unknownRejected ?? 0) >= (before.unknownRejected ?? 0))
        })
      },
    ),
  )
})

test('the paper’s sweep runs from 0 to 0.9 by 0.05', () => {
  const thresholds = paperThresholds()
  assert.deepEqual([thresholds[0], thresholds[1], thresholds.at(-1), thresholds.length], [0, 0.05, 0.9, 19])
})

test('quantile thresholds reject even shares of the known images', () => {
  const scores = Array.from({ length: 40 }, (_, i) => i * 7 - 50)
  const labels = scores.map(() => 0)
  for (const higherIs of ['known', 'unknown'] as const) {
    const thresholds = quantileThresholds(scores, labels, higherIs)
    const rows = thresholdSweep({
      labels,
      predictions: labels,
      scores,
      higherIs,
      thresholds,
      groups: ['few'],
    })
    assert.deepEqual(
      rows.map((row) => row.knownRejected.few),
      paperThresholds(),
    )
  }
  assert.deepEqual(quantileThresholds([1, 2], [-1, -1]), [])
})
