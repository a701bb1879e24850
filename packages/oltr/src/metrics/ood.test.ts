import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, DataError } from '../errors.ts'
import { aupr, auroc, detectionMetrics, fprAtTpr } from './ood.ts'
import { oscr, oscrCurve } from './oscr.ts'

const scores = fc.array(
  fc.oneof(fc.constantFrom(0, -0, 0.25, 0.5, 1), fc.double({ min: -2, max: 2, noNaN: true })),
  { maxLength: 25 },
)
const close = (a: number | null, b: number | null) => {
  if (a === null || b === null) assert.equal(a, b)
  else assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`)
}

/** Every pair of a known and an unknown image: 1 when the known one wins, 1/2 for a tie; `weight` per known image. */
function pairwise(
  known: number[],
  unknown: number[],
  weight: (i: number) => number = () => 1,
): number | null {
  if (known.length === 0 || unknown.length === 0) return null
  let sum = 0
  known.forEach((k, i) => {
    for (const u of unknown) sum += weight(i) * (k > u ? 1 : k === u ? 0.5 : 0)
  })
  return sum / known.length / unknown.length
}

/** All rates by counting anew at each possible threshold. */
function ratesByCounting(known: number[], unknown: number[]) {
  const cuts = [...new Set([...known, ...unknown].map((s) => s + 0))].sort((a, b) => b - a)
  return cuts.map((cut) => ({
    tpr: known.filter((s) => s >= cut).length / known.length,
    fpr: unknown.filter((s) => s >= cut).length / unknown.length,
    precision: known.filter((s) => s >= cut).length / [...known, ...unknown].filter((s) => s >= cut).length,
  }))
}

test('AUROC is the share of pairs in which the known image scores higher, ties counting half', () => {
  assert.equal(auroc([3, 2, 1], [0, -1]), 1)
  assert.equal(auroc([0, -1], [3, 2, 1]), 0)
  assert.equal(auroc([1, 1], [1]), 0.5)
  assert.equal(auroc([0.9, 0.4], [0.4, 0.1]), 3.5 / 4)
  fc.assert(
    fc.property(scores, scores, (known, unknown) => close(auroc(known, unknown), pairwise(known, unknown))),
  )
})

test('average precision sums precision over the steps of recall', () => {
  // Sorted: known .9, unknown .8, known .7, known .3, unknown .1: precisions at the known ones 1, 2/3, 3/4.
  close(aupr([0.9, 0.7, 0.3], [0.8, 0.1]), (1 + 2 / 3 + 3 / 4) / 3)
  // All tied: one step to recall 1 at precision 3/5.
  close(aupr([1, 1, 1], [1, 1]), 3 / 5)
  fc.assert(
    fc.property(scores, scores, (known, unknown) => {
      const { auprIn, auprOut } = detectionMetrics(known, unknown)
      if (known.length === 0 || unknown.length === 0) return close(auprIn ?? auprOut, null)
      const averagePrecision = (rates: { tpr: number; precision: number }[]) =>
        rates.reduce((sum, r, t) => sum + (r.tpr - (t > 0 ? rates[t - 1].tpr : 0)) * r.precision, 0)
      close(auprIn, averagePrecision(ratesByCounting(known, unknown)))
      const flip = (values: number[]) => values.map((v) => -v)
      close(auprOut, averagePrecision(ratesByCounting(flip(unknown), flip(known))))
    }),
  )
})

test('FPR at 95 % TPR is the least share of unknown images accepted while 95 % of the known ones are', () => {
  const known = Array.from({ length: 20 }, (_, i) => i + 1) // 1..20: the threshold that keeps 19 is 2
  assert.equal(fprAtTpr(known, [0, 1, 2, 3]), 0.5)
  assert.equal(fprAtTpr(known, [0, 1, 2, 3], 1), 0.75)
  assert.equal(fprAtTpr(known, [0, 1, 2, 3], 0), 0)
  fc.assert(
    fc.property(scores, scores, fc.constantFrom(0.5, 0.8, 0.95, 1), (known, unknown, tpr) => {
      const value = fprAtTpr(known, unknown, tpr)
      if (known.length === 0 || unknown.length === 0) return assert.equal(value, null)
      const allowed = ratesByCounting(known, unknown).filter((r) => r.tpr >= tpr)
      assert.equal(value, Math.min(...allowed.map((r) => r.fpr)))
    }),
  )
})

test('the closest rule takes the threshold whose true positive rate is nearest, above or below', () => {
  // Known 4 images: rates .25, .5, .75, 1. Nearest to .8 is .75 (threshold 2), at least .8 is 1 (threshold 1).
  const known = [4, 3, 2, 1]
  assert.equal(fprAtTpr(known, [5, 1.5, 0], 0.8, 'closest'), 1 / 3)
  assert.equal(fprAtTpr(known, [5, 1.5, 0], 0.8, 'atLeast'), 2 / 3)
})

test('both detection errors follow their definitions, and the smallest one is never the larger', () => {
  // The published pair for softmax prediction: FPR95 82.2 % gives (5 + 82.2) / 2 = 43.6 %.
  const published = detectionMetrics(
    Array.from({ length: 20 }, (_, i) => i),
    [...new Array(822).fill(30), ...new Array(178).fill(-30)],
  )
  close(published.fpr95, 0.822)
  close(published.detectionErrorAt95, 0.436)
  fc.assert(
    fc.property(scores, scores, (known, unknown) => {
      const metrics = detectionMetrics(known, unknown)
      if (known.length === 0 || unknown.length === 0) return assert.equal(metrics.detectionError, null)
      const errors = ratesByCounting(known, unknown).map((r) => (1 - r.tpr + r.fpr) / 2)
      close(metrics.detectionError, Math.min(0.5, ...errors))
      close(metrics.detectionErrorAt95, (0.05 + metrics.fpr95!) / 2)
      assert.ok(metrics.detectionError! <= metrics.detectionErrorAt95! + 1e-12)
    }),
  )
})

test('OSCR is the share of pairs in which a rightly classified known image beats the unknown one', () => {
  assert.equal(oscr([2, 1], [1, 1], [0]), 1)
  assert.equal(oscr([2, 1], [0, 1], [0]), 0.5)
  assert.equal(oscr([2, 1], [1, 0], [1.5]), 0.5)
  const known = fc.array(fc.record({ score: fc.constantFrom(0, 0.25, 0.5, 1, 1.5), right: fc.boolean() }), {
    maxLength: 25,
  })
  fc.assert(
    fc.property(known, scores, (images, unknown) => {
      const values = images.map((image) => image.score)
      const correct = images.map((image) => (image.right ? 1 : 0))
      const area = oscr(values, correct, unknown)
      close(
        area,
        pairwise(values, unknown, (i) => correct[i]),
      )
      if (area === null) return assert.deepEqual(oscrCurve(values, correct, unknown), [])
      const accuracy = correct.reduce<number>((sum, c) => sum + c, 0) / correct.length
      assert.ok(area <= accuracy + 1e-12 && area <= auroc(values, unknown)! + 1e-12)
      const curve = oscrCurve(values, correct, unknown)
      assert.deepEqual(curve[0], { fpr: 0, ccr: 0 })
      assert.deepEqual(curve.at(-1), { fpr: 1, ccr: accuracy })
      const trapezoids = curve.slice(1).map((p, i) => ((p.ccr + curve[i].ccr) / 2) * (p.fpr - curve[i].fpr))
      close(
        trapezoids.reduce((a, b) => a + b, 0),
        area,
      )
      const thin = oscrCurve(values, correct, unknown, 4)
      assert.ok(thin.length <= 4)
      assert.deepEqual([thin[0], thin.at(-1)], [curve[0], curve.at(-1)])
    }),
  )
})

test('NaN and infinite scores are refused, with their place', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => auroc([0, bad], [0]), DataError)
    assert.throws(() => detectionMetrics([0], [1, bad]), /unknown scores\[1\]/)
    assert.throws(() => oscr([bad], [1], [0]), DataError)
  }
  assert.throws(() => oscr([1, 2], [1], [0]), DataError)
  assert.throws(() => fprAtTpr([1], [0], 95), ConfigError)
})
