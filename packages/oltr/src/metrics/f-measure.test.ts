import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ClassCounts } from './class-counts.ts'
import { macroF1, openFMeasure, perClassF1 } from './f-measure.ts'
import { labelledPredictions } from './random-predictions.fixture.ts'

/** Known images right, wrong and rejected; unknown images accepted and rejected; as counts of a one-class-wrong-class pair. */
function counted(
  right: number,
  wrong: number,
  rejected: number,
  accepted: number,
  turnedAway: number,
): ClassCounts {
  const counts = new ClassCounts(2)
  const times = (n: number, value: number) => new Array<number>(n).fill(value)
  counts.add(times(right, 0), times(right, 0)).add(times(wrong, 0), times(wrong, 1))
  counts.add(times(rejected, 0), times(rejected, -1))
  return counts.add(times(accepted, -1), times(accepted, 0)).add(times(turnedAway, -1), times(turnedAway, -1))
}

test('the fixed definition counts wrong and rejected known images against precision, accepted unknown ones against recall', () => {
  const counts = counted(60, 30, 10, 20, 30)
  const f = openFMeasure(counts)
  assert.deepEqual([f.truePositives, f.falsePositives, f.falseNegatives], [60, 40, 20])
  assert.equal(f.precision, 0.6)
  assert.equal(f.recall, 0.75)
  assert.ok(Math.abs(f.value! - 2 / 3) < 1e-9)
})

test('the historic definition leaves rejected known images out, which raises F by rejecting everything', () => {
  const f = openFMeasure(counted(60, 30, 10, 20, 30), { fMode: 'excluding' })
  assert.deepEqual([f.truePositives, f.falsePositives, f.falseNegatives], [60, 30, 20])
  const timid = counted(10, 1, 89, 0, 50)
  assert.ok(openFMeasure(timid, { fMode: 'excluding' }).value! > 0.95)
  assert.ok(openFMeasure(timid).value! < 0.2)
})

test('F follows its closed form from known accuracy and open rejection rate', () => {
  // ImageNet-LT has 0.36 unknown images per known one; accuracy .361 and rejection .27 must give the printed 0.446.
  const f = openFMeasure(counted(36_100, 63_900, 0, 26_280, 9_720)).value!
  assert.ok(Math.abs(f - (2 * 0.361) / (1 + 0.361 + 0.36 * 0.73)) < 1e-9)
  assert.equal(f.toFixed(3), '0.445')
  fc.assert(
    fc.property(labelledPredictions(), ({ labels, predictions, classCount }) => {
      const counts = ClassCounts.of(labels, predictions, classCount)
      const { value } = openFMeasure(counts)
      if (counts.knownImages === 0) return assert.equal(value, null)
      const a = counts.knownCorrect / counts.knownImages
      const unrejected = (counts.unknownImages - counts.unknownRejected) / counts.knownImages
      assert.ok(Math.abs(value! - (2 * a) / (1 + a + unrejected)) < 1e-9)
    }),
  )
})

test('the historic F is never below the fixed one', () => {
  fc.assert(
    fc.property(labelledPredictions(), ({ labels, predictions, classCount }) => {
      const counts = ClassCounts.of(labels, predictions, classCount)
      const fixed = openFMeasure(counts).value
      const excluding = openFMeasure(counts, { fMode: 'excluding' }).value
      if (fixed === null) assert.equal(excluding, null)
      else assert.ok(excluding! >= fixed - 1e-12)
    }),
  )
})

test('macro-F1 averages the F1 of every class that occurs, unknown being one of them', () => {
  // Class 0: TP 2, FN 1 (rejected), FP 0. Class 1: never seen. Class 2: TP 0, FP 1. Unknown: TP 1, FP 1, FN 1.
  const counts = ClassCounts.of([0, 0, 0, -1, -1], [0, 0, -1, -1, 2], 3)
  assert.deepEqual(perClassF1(counts), [0.8, null, 0, 0.5])
  assert.ok(Math.abs(macroF1(counts)! - 1.3 / 3) < 1e-12)
  assert.equal(macroF1(new ClassCounts(3)), null)
})

test('macro-F1 agrees with counting true and false positives class by class', () => {
  fc.assert(
    fc.property(labelledPredictions(), ({ labels, predictions, classCount }) => {
      const values: number[] = []
      for (let c = -1; c < classCount; c++) {
        const tp = labels.filter((l, i) => l === c && predictions[i] === c).length
        const fp = labels.filter((l, i) => l !== c && predictions[i] === c).length
        const fn = labels.filter((l, i) => l === c && predictions[i] !== c).length
        if (tp + fp + fn > 0) values.push((2 * tp) / (2 * tp + fp + fn))
      }
      const expected = values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : null
      const value = macroF1(ClassCounts.of(labels, predictions, classCount))
      if (expected === null) assert.equal(value, null)
      else assert.ok(Math.abs(value! - expected) < 1e-12)
    }),
  )
})
