import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DataError } from '../errors.ts'
import {
  energy,
  labelRanks,
  maxSoftmax,
  predictedClasses,
  readLogits,
  softmax,
  topKAccuracy,
} from './logit-scores.ts'

const row = fc.array(fc.oneof(fc.constantFrom(0, 1, -1), fc.double({ min: -30, max: 30, noNaN: true })), {
  minLength: 1,
  maxLength: 8,
})

test('max-softmax and energy agree with their formulas', () => {
  fc.assert(
    fc.property(row, (logits) => {
      const exponentials = logits.map(Math.exp)
      const sum = exponentials.reduce((a, b) => a + b, 0)
      assert.ok(Math.abs(maxSoftmax(logits, logits.length)[0] - Math.max(...exponentials) / sum) < 1e-12)
      assert.ok(Math.abs(energy(logits, logits.length)[0] + Math.log(sum)) < 1e-9)
      const cold = -2 * Math.log(logits.reduce((a, f) => a + Math.exp(f / 2), 0))
      assert.ok(Math.abs(energy(logits, logits.length, 2)[0] - cold) < 1e-9)
    }),
  )
})

test('probabilities sum to 1 and their largest is max-softmax; one reading gives what the single functions give', () => {
  fc.assert(
    fc.property(row, fc.nat(), (logits, pick) => {
      const classes = logits.length
      const probabilities = [...softmax(logits, classes)]
      assert.ok(Math.abs(probabilities.reduce((a, b) => a + b, 0) - 1) < 1e-12)
      assert.equal(Math.max(...probabilities), maxSoftmax(logits, classes)[0])
      const labels = [(pick % (classes + 1)) - 1]
      assert.deepEqual(readLogits(logits, labels, classes), {
        predictions: predictedClasses(logits, classes),
        ranks: labelRanks(logits, labels, classes),
        maxSoftmax: maxSoftmax(logits, classes),
        energy: energy(logits, classes),
      })
    }),
  )
})

test('logits of a thousand do not overflow', () => {
  assert.deepEqual([...maxSoftmax([1000, 0, 1000, 1000], 2)], [1, 0.5])
  assert.ok(Math.abs(energy([1000, 1000], 2)[0] + 1000 + Math.log(2)) < 1e-9)
})

test('the rank of the label is 0 exactly when it is predicted, ties going to the lower class', () => {
  assert.deepEqual([...predictedClasses([1, 1, 0], 3)], [0])
  assert.deepEqual([...labelRanks([1, 1, 0, 1, 1, 0, 1, 1, 0], [1, 2, -1], 3)], [1, 2, -1])
  fc.assert(
    fc.property(row, fc.nat(), (logits, pick) => {
      const label = pick % logits.length
      const order = logits.map((_, c) => c).sort((a, b) => logits[b] - logits[a] || a - b)
      assert.equal(labelRanks(logits, [label], logits.length)[0], order.indexOf(label))
      assert.equal(predictedClasses(logits, logits.length)[0], order[0])
    }),
  )
})

test('top-k accuracy is over known images and rises with k', () => {
  assert.equal(topKAccuracy([0, 1, 4, 5, -1], 1), 0.25)
  assert.equal(topKAccuracy([0, 1, 4, 5, -1], 5), 0.75)
  assert.equal(topKAccuracy([-1], 5), null)
})

test('NaN logits and cut rows are refused', () => {
  assert.throws(() => maxSoftmax([0, Number.NaN], 2), /logits\[1\].*NaN/)
  assert.throws(() => energy([0, 1, 2, Number.POSITIVE_INFINITY], 2), /image 1, class 1/)
  assert.throws(() => predictedClasses([0, 1, 2], 2), DataError)
  assert.throws(() => labelRanks([0, 1, 2, 3], [0], 2), DataError)
})
