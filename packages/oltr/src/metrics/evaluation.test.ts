import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, DataError } from '../errors.ts'
import { evaluateOpenSet, evaluateTable } from './evaluation.ts'
import { maxSoftmax } from './logit-scores.ts'
import { PredictionTable } from './prediction-table.ts'
import { labelledPredictions } from './random-predictions.fixture.ts'
import { fixedThreshold } from './threshold.ts'

// Three classes (many, medium, few), two images each; two unknown images.
const logits = [
  [9, 0, 0], // 0, sure
  [1, 0, 0], // 0, unsure
  [0, 9, 0], // 1, sure
  [9, 0, 0], // 1 taken for 0
  [0, 0, 9], // 2, sure
  [0, 0, 0.2], // 2, hardly
  [0.1, 0, 0], // unknown, hardly anything
  [0, 8, 0], // unknown, almost surely 1
]
const small = {
  labels: [0, 0, 1, 1, 2, 2, -1, -1],
  logits: logits.flat(),
  trainingCounts: [500, 50, 5],
  classNames: ['cat', 'dog', 'newt'],
}

test('an evaluation worked out by hand comes out so', () => {
  const report = evaluateOpenSet({ ...small, thresholds: [fixedThreshold('maxSoftmax', 0.5)], topK: [1, 2] })
  assert.deepEqual(report.images, { known: 6, unknown: 2 })
  const { many, medium, few, overall, topK } = report.closed
  assert.deepEqual([many, medium, few, overall], [1, 0.5, 1, 5 / 6])
  assert.deepEqual(topK, { 1: 5 / 6, 2: 1 })
  const [point] = report.open
  assert.deepEqual(point.accuracy, { many: 1, medium: 0.5, few: 0.5, overall: 4 / 6, classMean: 2 / 3 })
  assert.deepEqual(point.knownRejected, { many: 0, medium: 0, few: 0.5, overall: 1 / 6 })
  assert.equal(point.unknownRejected, 0.5)
  assert.deepEqual(
    [point.fixed.truePositives, point.fixed.falsePositives, point.fixed.falseNegatives],
    [4, 2, 1],
  )
  assert.deepEqual([point.excluding.falsePositives, point.unknownF1], [1, 0.5])
  // One unknown image scores below all six known ones, the other below the four sure ones only.
  const { auroc, higherIs } = report.scores.maxSoftmax
  assert.equal(higherIs, 'known')
  assert.ok(Math.abs(auroc! - (6 + 4) / 12) < 1e-12)
  assert.equal(report.scores.energy.higherIs, 'unknown')
  assert.deepEqual(
    report.classes.map((c) => [c.name, c.group, c.closedAccuracy, c.openAccuracy, c.rejected]),
    [
      ['cat', 'many', 1, 1, 0],
      ['dog', 'medium', 0.5, 0.5, 0],
      ['newt', 'few', 1, 0.5, 0.5],
    ],
  )
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report)
})

test('without a threshold given, the paper’s 0.1 on max-softmax is used', () => {
  const [point] = evaluateOpenSet(small).open
  assert.deepEqual(
    [point.threshold.score, point.threshold.value, point.threshold.method.kind],
    ['maxSoftmax', 0.1, 'fixed'],
  )
})

test('predictions with scores give the same report as the logits they come from', () => {
  const fromLogits = evaluateOpenSet({ ...small, topK: [] })
  const fromScores = evaluateOpenSet({
    ...small,
    topK: [],
    logits: undefined,
    predictions: [0, 0, 1, 0, 2, 2, 0, 1],
    openScores: { maxSoftmax: maxSoftmax(small.logits, 3) },
  })
  assert.deepEqual(fromScores.open, fromLogits.open)
  assert.deepEqual(fromScores.scores.maxSoftmax, fromLogits.scores.maxSoftmax)
})

test('the direction of a score is honoured: a distance and its negative give the same metrics', () => {
  const distances = [1, 2, 1, 3, 2, 8, 9, 5]
  const report = evaluateOpenSet({
    ...small,
    openScores: {
      distance: { values: distances, higherIs: 'unknown' },
      negativeReachability: distances.map((d) => -d),
    },
    thresholds: [fixedThreshold('distance', 4, 'unknown'), fixedThreshold('negativeReachability', -4)],
  })
  const { distance, negativeReachability } = report.scores
  for (const key of ['auroc', 'auprIn', 'auprOut', 'fpr95', 'detectionError', 'oscr', 'byGroup'] as const)
    assert.deepEqual(distance[key], negativeReachability[key])
  assert.deepEqual(report.open[0].accuracy, report.open[1].accuracy)
  assert.equal(report.open[0].unknownRejected, 1)
})

test('any evaluation, however few its images, gives numbers in 0..1 or null, and no class is lost', () => {
  fc.assert(
    fc.property(labelledPredictions({ rejections: false }), (data) => {
      const report = evaluateOpenSet({
        ...data,
        openScores: { s: data.scores },
        thresholds: [fixedThreshold('s', 0.5)],
      })
      assert.equal(report.classes.length, data.classCount)
      const point = report.open[0]
      const shares = [
        ...Object.values(point.accuracy),
        ...Object.values(point.knownRejected),
        ...Object.values(point.groupF1),
        ...['auroc', 'auprIn', 'auprOut', 'fpr95', 'oscr'].map((key) => report.scores.s[key as 'auroc']),
        ...[point.openF, point.macroF1, point.unknownF1, point.unknownRejected, report.closed.overall],
        ...report.classes.flatMap((c) => [c.closedAccuracy, c.openAccuracy, c.rejected, c.f1]),
        ...report.scores.s.histogram.known,
      ]
      for (const value of shares) assert.ok(value === null || (value >= 0 && value <= 1), String(value))
    }),
  )
})

test('ranks that share the images, in any order and with repeats, merge into the report of one', () => {
  fc.assert(
    fc.property(
      labelledPredictions({ rejections: false }),
      fc.array(fc.nat(2), { minLength: 30, maxLength: 30 }),
      (data, ranks) => {
        const add = (table: PredictionTable, indices: number[]) =>
          table.add({
            indices,
            labels: indices.map((i) => data.labels[i]),
            predictions: indices.map((i) => data.predictions[i]),
            scores: { s: indices.map((i) => data.scores[i]) },
          })
        const all = data.labels.map((_, i) => i)
        const tables = [0, 1, 2].map((rank) => {
          const mine = all.filter((i) => ranks[i] === rank).reverse()
          return add(new PredictionTable(data.classCount), mine.length > 0 ? [...mine, mine[0]] : mine)
        })
        const merged = tables.reduce(
          (total, table) => total.merge(table),
          new PredictionTable(data.classCount),
        )
        const whole = add(new PredictionTable(data.classCount), all)
        assert.deepEqual(evaluateTable(merged, data), evaluateTable(whole, data))
      },
    ),
  )
})

test('what does not fit together is refused by name', () => {
  const broken = [...small.logits]
  broken[4] = Number.NaN
  assert.throws(() => evaluateOpenSet({ ...small, logits: broken }), /logits\[4\]/)
  assert.throws(() => evaluateOpenSet({ ...small, openScores: { distance: [1, 2] } }), /distance.*8.*got 2/)
  assert.throws(() => evaluateOpenSet({ ...small, labels: [0, 0, 1, 1, 2, 3, -1, -1] }), DataError)
  assert.throws(() => evaluateOpenSet({ ...small, logits: undefined }), DataError)
  assert.throws(() => evaluateOpenSet({ ...small, classNames: ['cat'] }), ConfigError)
  assert.throws(
    () => evaluateOpenSet({ ...small, thresholds: [fixedThreshold('odin', 0.5)] }),
    /maxSoftmax, energy/,
  )
  assert.throws(
    () => evaluateOpenSet({ ...small, thresholds: [fixedThreshold('energy', 0.5, 'known')] }),
    ConfigError,
  )
  const counted = new PredictionTable(3).add(small)
  assert.throws(() => counted.merge(new PredictionTable(3).add(small)), /indices/)
  const twice = { labels: [1, 2], predictions: [1, 2], indices: [7, 7] }
  assert.throws(() => new PredictionTable(3).add(twice), /image 7.*different labels/)
})
