import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DataError } from '../errors.ts'
import { groupAccuracy, perClassAccuracy } from './accuracy.ts'
import { ClassCounts } from './class-counts.ts'
import { labelledPredictions } from './random-predictions.fixture.ts'
import { shotGroups } from './shot-groups.ts'

test('counts of parts, merged, are the counts of the whole', () => {
  fc.assert(
    fc.property(labelledPredictions(), fc.nat(), ({ labels, predictions, classCount }, cut) => {
      const at = cut % (labels.length + 1)
      const first = ClassCounts.of(labels.slice(0, at), predictions.slice(0, at), classCount)
      const second = ClassCounts.of(labels.slice(at), predictions.slice(at), classCount)
      assert.deepEqual(first.merge(second), ClassCounts.of(labels, predictions, classCount))
    }),
  )
})

test('every image is counted once, and the cells rebuild the counts', () => {
  fc.assert(
    fc.property(labelledPredictions(), ({ labels, predictions, classCount }) => {
      const counts = ClassCounts.of(labels, predictions, classCount)
      assert.equal(counts.knownImages, labels.filter((l) => l >= 0).length)
      assert.equal(counts.knownImages + counts.unknownImages, labels.length)
      assert.equal(counts.knownCorrect, labels.filter((l, i) => l >= 0 && predictions[i] === l).length)
      assert.equal(counts.knownRejected, labels.filter((l, i) => l >= 0 && predictions[i] < 0).length)
      assert.equal(counts.unknownRejected, labels.filter((l, i) => l < 0 && predictions[i] < 0).length)
      assert.deepEqual(new ClassCounts(classCount, counts.cells.slice()), counts)
    }),
  )
})

test('group accuracy is the mean over classes, and overall the share of images', () => {
  // Class 0 has four images (three right), class 1 one (wrong), class 2 none, class 3 two (both right).
  const labels = [0, 0, 0, 0, 1, 3, 3]
  const predictions = [0, 0, 0, 1, 2, 3, 3]
  const counts = ClassCounts.of(labels, predictions, 4)
  assert.deepEqual(perClassAccuracy(counts), [0.75, 0, null, 1])
  const accuracy = groupAccuracy(counts, shotGroups([500, 200, 150, 50]))
  assert.deepEqual(accuracy, { many: 0.375, medium: 1, few: null, overall: 5 / 7, classMean: 1.75 / 3 })
})

test('classes of 0, 1 or 2 images give accuracies in 0..1 or null, never NaN', () => {
  fc.assert(
    fc.property(labelledPredictions(), ({ labels, predictions, classCount, trainingCounts }) => {
      const accuracy = groupAccuracy(
        ClassCounts.of(labels, predictions, classCount),
        shotGroups(trainingCounts),
      )
      for (const value of Object.values(accuracy)) assert.ok(value === null || (value >= 0 && value <= 1))
    }),
  )
})

test('labels and predictions that are no class are refused by name and place', () => {
  assert.throws(() => ClassCounts.of([0, 3], [0, 0], 3), /labels\[1\].*0\.\.2.*got 3/)
  assert.throws(() => ClassCounts.of([0, 1], [0, Number.NaN], 3), /predictions\[1\].*NaN/)
  assert.throws(() => ClassCounts.of([0, 1], [0], 3), DataError)
  assert.throws(() => new ClassCounts(3).merge(new ClassCounts(4)), DataError)
  assert.throws(() => new ClassCounts(3, new Float64Array(3)), DataError)
})
