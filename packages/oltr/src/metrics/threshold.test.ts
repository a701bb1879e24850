import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, DataError } from '../errors.ts'
import { ClassCounts } from './class-counts.ts'
import { macroF1 } from './f-measure.ts'
import { withRejection } from './open-set.ts'
import { labelledPredictions } from './random-predictions.fixture.ts'
import { fitThreshold, fixedThreshold, PAPER_THRESHOLD, type ThresholdInput } from './threshold.ts'

const twenty: Omit<ThresholdInput, 'method'> = {
  score: 'maxSoftmax',
  scores: Array.from({ length: 20 }, (_, i) => (i + 1) / 20),
  higherIs: 'known',
  predictions: new Array(20).fill(0),
  labels: new Array(20).fill(0),
  classCount: 2,
}

test('keeping 95 % of twenty known images turns one away', () => {
  const fitted = fitThreshold({ ...twenty, method: { kind: 'keepKnown', share: 0.95 } })
  assert.equal(fitted.value, 0.1)
  assert.equal(fitted.knownWhen, 'atLeast')
  assert.deepEqual(fitted.method, { kind: 'keepKnown', share: 0.95 })
  assert.deepEqual(fitted.validation, {
    known: 20,
    unknown: 0,
    knownKept: 0.95,
    unknownRejected: null,
    macroF1: fitted.validation!.macroF1,
  })
  assert.deepEqual(JSON.parse(JSON.stringify(fitted)), fitted)
})

test('at least the asked share is kept, and a higher threshold would keep less, whichever end means known', () => {
  fc.assert(
    fc.property(
      labelledPredictions({ rejections: false }),
      fc.constantFrom(0.5, 0.9, 0.95, 1),
      fc.boolean(),
      (data, share, high) => {
        const higherIs = high ? 'known' : 'unknown'
        const input: ThresholdInput = { ...data, score: 's', higherIs, method: { kind: 'keepKnown', share } }
        const known = data.scores.filter((_, i) => data.labels[i] >= 0).map((s) => (high ? s : -s))
        if (known.length === 0) {
          assert.throws(() => fitThreshold(input), DataError)
          return
        }
        const { value, validation } = fitThreshold(input)
        assert.ok(validation!.knownKept! >= share - 1e-12)
        const stricter = known.filter((s) => s > (high ? value : -value)).length
        assert.ok(stricter / known.length < share)
      },
    ),
  )
})

test('with classes weighing the same, one rejected image of a two-image class weighs as much as half a large class', () => {
  // Class 0: 18 images with high scores. Class 1: two with the lowest. By image 90 % keeps the large class alone.
  const input = { ...twenty, labels: Array.from({ length: 20 }, (_, i) => (i < 2 ? 1 : 0)) }
  assert.equal(fitThreshold({ ...input, method: { kind: 'keepKnown', share: 0.9 } }).value, 3 / 20)
  assert.equal(
    fitThreshold({ ...input, method: { kind: 'keepKnown', share: 0.9, balance: 'class' } }).value,
    1 / 20,
  )
})

test('the macro-F1 fit is as good as the best of all possible thresholds', () => {
  fc.assert(
    fc.property(labelledPredictions({ rejections: false }), fc.boolean(), (data, high) => {
      const higherIs = high ? 'known' : 'unknown'
      const input: ThresholdInput = { ...data, score: 's', higherIs, method: { kind: 'macroF1' } }
      if (data.labels.every((l) => l < 0) || data.labels.every((l) => l >= 0)) {
        assert.throws(() => fitThreshold(input), DataError)
        return
      }
      const knownWhen = high ? 'atLeast' : 'atMost'
      const at = (value: number) =>
        macroF1(
          ClassCounts.of(
            data.labels,
            withRejection(data.predictions, data.scores, { value, knownWhen }),
            data.classCount,
          ),
        )!
      const best = Math.max(...[...data.scores, -10, 10].map(at))
      const fitted = fitThreshold(input)
      assert.ok(Math.abs(fitted.validation!.macroF1! - best) < 1e-9)
      assert.ok(Math.abs(at(fitted.value) - best) < 1e-9)
    }),
  )
})

test('a clean gap between unknown and known images is cut in its middle', () => {
  const fitted = fitThreshold({
    ...twenty,
    labels: Array.from({ length: 20 }, (_, i) => (i < 10 ? -1 : 0)),
    scores: Array.from({ length: 20 }, (_, i) => (i < 10 ? 0.2 : 0.6)),
    method: { kind: 'macroF1' },
  })
  assert.ok(Math.abs(fitted.value - 0.4) < 1e-12)
  assert.deepEqual([fitted.validation!.knownKept, fitted.validation!.unknownRejected], [1, 1])
})

test('a fixed threshold is taken as it is, and measured on the validation images', () => {
  assert.deepEqual(PAPER_THRESHOLD, fixedThreshold('maxSoftmax', 0.1))
  const fitted = fitThreshold({ ...twenty, higherIs: 'unknown', method: { kind: 'fixed', value: 0.5 } })
  assert.equal(fitted.value, 0.5)
  assert.equal(fitted.knownWhen, 'atMost')
  assert.equal(fitted.validation!.knownKept, 0.5)
})

test('shares outside 0..1, NaN scores and NaN thresholds are refused', () => {
  assert.throws(() => fitThreshold({ ...twenty, method: { kind: 'keepKnown', share: 95 } }), ConfigError)
  assert.throws(() => fitThreshold({ ...twenty, method: { kind: 'fixed', value: Number.NaN } }), ConfigError)
  const scores = Array.from(twenty.scores, (s, i) => (i === 7 ? Number.NaN : s))
  assert.throws(() => fitThreshold({ ...twenty, scores, method: { kind: 'macroF1' } }), /maxSoftmax\[7\]/)
})
