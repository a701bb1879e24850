import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { classesPerGroup, shotGroups } from '../metrics/shot-groups.ts'
import { exponentialCounts, lomaxCounts, longTailIndices, selectPerClass } from './long-tail.ts'
import { indexHash } from './split-record.ts'

const total = (counts: Int32Array) => counts.reduce((a, b) => a + b, 0)
const groups = (counts: Int32Array) => Object.values(classesPerGroup(shotGroups(counts)))

test('CIFAR-10-LT and CIFAR-100-LT at imbalance 100 have 12,406 and 10,847 images', () => {
  const ten = exponentialCounts(10, 5000, 100)
  const hundred = exponentialCounts(100, 500, 100)
  assert.deepEqual([...ten], [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])
  assert.equal(total(ten), 12406)
  assert.equal(total(hundred), 10847)
  assert.deepEqual([...hundred.slice(0, 5), ...hundred.slice(-3)], [500, 477, 455, 434, 415, 5, 5, 5])
  assert.deepEqual(groups(ten), [8, 2, 0])
  assert.deepEqual(groups(hundred), [35, 35, 30])
})

test("every imbalance gives the totals of Python's int(max * (1 / imbalance) ** (c / (C - 1.0)))", () => {
  const ten = { 1: 50000, 10: 20431, 20: 17023, 50: 13996, 200: 11203, 500: 10011 }
  const hundred = { 1: 50000, 10: 19573, 20: 15907, 50: 12608, 200: 9502, 500: 8155 }
  for (const [imbalance, images] of Object.entries(ten))
    assert.equal(total(exponentialCounts(10, 5000, Number(imbalance))), images)
  for (const [imbalance, images] of Object.entries(hundred))
    assert.equal(total(exponentialCounts(100, 500, Number(imbalance))), images)
  // 1000 * (1 / 32) ** 0.4 is 249.99999999999997 in doubles: the original's floor is kept.
  assert.equal(exponentialCounts(11, 1000, 32)[4], 249)
})

test('the Lomax fit has the images of ImageNet-LT within 1% and its shot groups within 8 classes', () => {
  const counts = lomaxCounts(1000, 1280, 256)
  assert.equal(counts[0], 1280)
  assert.equal(counts[999], 5)
  assert.ok(Math.abs(total(counts) - 115846) <= 1158, `${total(counts)} images`)
  groups(counts).forEach((classes, i) => {
    assert.ok(Math.abs(classes - [385, 479, 136][i]) <= 8, `group ${i}: ${classes}`)
  })
})

test('a smaller alpha pins the same extremes and leaves fewer images between them', () => {
  const expected = { 2: 33.6, 3: 59.7, 4: 79.5, 5: 94.1, 6: 104.9, 8: 119.7 }
  for (const [alpha, thousands] of Object.entries(expected)) {
    const counts = lomaxCounts(1000, 1280, 256, { alpha: Number(alpha) })
    assert.equal(counts[0], 1280)
    assert.ok(Math.abs(total(counts) / 1000 - thousands) < 0.6, `alpha ${alpha}: ${total(counts)}`)
  }
})

test('profiles fall from the largest class to the smallest and never reach zero', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 1, max: 5000 }),
      (classes, max, imbalance) => {
        for (const counts of [
          exponentialCounts(classes, max, imbalance),
          lomaxCounts(classes, max, imbalance),
        ]) {
          assert.equal(counts.length, classes)
          assert.ok(counts[0] <= max)
          for (let c = 0; c < classes; c++)
            assert.ok(counts[c] >= 1 && (c === 0 || counts[c] <= counts[c - 1]))
        }
      },
    ),
  )
})

test("the selection is the LDAM code's: one NumPy stream, classes ascending", () => {
  // numpy.random.seed(0); labels = [i % 100 for i in range(50000)]; shuffle and cut each class's indices.
  const labels = Int32Array.from({ length: 50000 }, (_, i) => i % 100)
  const classNames = Array.from({ length: 100 }, (_, c) => `${c}`)
  const chosen = longTailIndices({ labels, classNames }, { profile: 'exponential', imbalance: 100, seed: 0 })
  assert.equal(chosen.length, 10847)
  assert.deepEqual([...chosen.slice(0, 4)], [9000, 25400, 28300, 44500])
  assert.equal(indexHash(chosen), '7c991395f29de7135b9cb15fb3c0ac90c69b48090de1ab4103393fb4aae187e2')
})

test('empty and one-image classes, and classes smaller than their share, give what they have', () => {
  const labels = Int32Array.of(0, 2, 2, -1, 2)
  const chosen = selectPerClass({ labels, classNames: ['a', 'b', 'c'] }, [5, 5, 2], 0)
  assert.equal(chosen[0], 0)
  assert.equal(chosen.length, 3)
  assert.ok([...chosen.slice(1)].every((index) => labels[index] === 2))
})

test('a profile that means nothing is refused', () => {
  assert.throws(() => exponentialCounts(10, 500, 0.5), /imbalance is largest/)
  assert.throws(() => exponentialCounts(0, 500, 10), RangeError)
  assert.throws(() => lomaxCounts(10, 0, 10), RangeError)
  assert.throws(() => lomaxCounts(10, 500, 10, { alpha: 0 }), /alpha/)
})
