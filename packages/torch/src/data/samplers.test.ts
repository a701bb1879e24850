import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ClassAwareSampler } from './class-aware-sampler.ts'
import {
  classBalancedSampler,
  progressivelyBalancedSampler,
  squareRootSampler,
} from './class-weighted-sampler.ts'
import { DataOptionError } from './data-errors.ts'
import type { Sampler, Shard } from './sampler.ts'
import { SeededRandom } from './seeded-random.ts'
import { SequentialSampler } from './sequential-sampler.ts'
import { ShuffleSampler } from './shuffle-sampler.ts'

/** Labels of a small long tail: class k has counts[k] images, spread over the data set. */
function labelsOf(counts: readonly number[]): Int32Array {
  const labels = Int32Array.from(counts.flatMap((count, k) => Array.from({ length: count }, () => k)))
  return new SeededRandom(99).shuffle(labels)
}

const sorted = (items: Iterable<number>) => [...items].sort((a, b) => a - b)

const tail = labelsOf([40, 13, 0, 5, 3, 1])

const every: [string, (seed: number, shard?: Shard) => Sampler][] = [
  ['sequential', (_, shard) => new SequentialSampler({ size: tail.length, ...shard })],
  ['shuffle', (seed, shard) => new ShuffleSampler({ size: tail.length, seed, ...shard })],
  ['class-aware', (seed, shard) => new ClassAwareSampler({ labels: tail, perClass: 4, seed, ...shard })],
  ['square-root', (seed, shard) => squareRootSampler({ labels: tail, seed, ...shard })],
  ['class-balanced', (seed, shard) => classBalancedSampler({ labels: tail, seed, ...shard })],
  ['progressive', (seed, shard) => progressivelyBalancedSampler({ labels: tail, seed, epochs: 9, ...shard })],
]

for (const [name, make] of every) {
  test(`${name}: an epoch depends on seed and number alone, whatever was asked before`, () => {
    const inOrder = make(5)
    const epochs = [0, 1, 2, 3].map((e) => inOrder.epoch(e))
    const other = make(5)
    for (const e of [3, 0, 3, 2, 1]) assert.deepEqual(other.epoch(e), epochs[e])
    if (name !== 'sequential') {
      assert.notDeepEqual(epochs[0], epochs[1])
      assert.notDeepEqual(make(6).epoch(0), epochs[0])
    }
  })

  test(`${name}: a saved state, as JSON, brings back the same orders`, () => {
    const saved = JSON.parse(JSON.stringify(make(5).state()))
    const restored = make(77)
    restored.setState(saved)
    assert.deepEqual(restored.epoch(3), make(5).epoch(3))
    assert.throws(() => restored.setState({ ...saved, size: 3 }), DataOptionError)
    assert.throws(() => restored.setState({ ...saved, kind: 'another' }), DataOptionError)
  })

  test(`${name}: two and three ranks together do the work of one`, () => {
    const whole = make(5).epoch(2)
    for (const worldSize of [2, 3]) {
      const parts = Array.from({ length: worldSize }, (_, rank) => make(5, { rank, worldSize }))
      const orders = parts.map((part) => part.epoch(2))
      for (const [rank, order] of orders.entries()) assert.equal(order.length, parts[rank]!.length)
      const together = new Map<number, number>()
      for (const index of orders.flatMap((order) => [...order]))
        together.set(index, (together.get(index) ?? 0) + 1)
      for (const index of whole) {
        const left = together.get(index) ?? 0
        assert.ok(left > 0, `image ${index} is missing`)
        together.set(index, left - 1)
      }
      const extra = orders.reduce((sum, order) => sum + order.length, 0) - whole.length
      if (name === 'sequential') assert.equal(extra, 0)
      else
        assert.ok(
          extra >= 0 && extra < worldSize * 4 && new Set(orders.map((order) => order.length)).size === 1,
        )
    }
  })
}

test('shuffle and sequential visit every image exactly once', () => {
  const all = Array.from({ length: tail.length }, (_, i) => i)
  assert.deepEqual([...new SequentialSampler({ size: tail.length }).epoch(3)], all)
  assert.deepEqual(sorted(new ShuffleSampler({ size: tail.length, seed: 3 }).epoch(3)), all)
  assert.equal(new ShuffleSampler({ size: 0, seed: 1 }).epoch(0).length, 0)
})

test('class-aware: groups of n from one class; classes differ by at most one visit; images of a class too', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.nat(12), { minLength: 1, maxLength: 12 })
        .filter((counts) => counts.some((count) => count > 0)),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(1000),
      fc.integer({ min: 1, max: 6 }),
      (counts, perClass, seed, epochs) => {
        const labels = labelsOf(counts)
        const groups = 7
        const sampler = new ClassAwareSampler({ labels, perClass, seed, length: groups * perClass })
        const visits = counts.map(() => 0)
        const drawn = new Map<number, number>()
        for (let e = 0; e < epochs; e++) {
          const order = sampler.epoch(e)
          for (let g = 0; g < groups; g++) {
            const group = [...order.subarray(g * perClass, (g + 1) * perClass)]
            const label = labels[group[0]!]!
            assert.ok(group.every((index) => labels[index] === label))
            visits[label]!++
            for (const index of group) drawn.set(index, (drawn.get(index) ?? 0) + 1)
          }
        }
        // Cycles run on over epochs: no class and no image of a class gets ahead by more than one turn.
        const present = visits.filter((_, k) => counts[k]! > 0)
        assert.ok(Math.max(...present) - Math.min(...present) <= 1)
        assert.ok(visits.every((visit, k) => counts[k]! > 0 || visit === 0))
        counts.forEach((count, k) => {
          if (count === 0) return
          const times = [...labels.entries()]
            .filter(([, label]) => label === k)
            .map(([i]) => drawn.get(i) ?? 0)
          assert.ok(Math.max(...times) - Math.min(...times) <= 1)
        })
      },
    ),
    { numRuns: 200 },
  )
})

test('class-aware: 4 per class makes a batch of 128 from 32 classes, and an epoch as long as the data', () => {
  const labels = labelsOf(Array.from({ length: 100 }, (_, k) => 1 + (k % 17)))
  const sampler = new ClassAwareSampler({ labels, perClass: 4, seed: 1 })
  assert.equal(sampler.length, labels.length)
  const first = sampler.epoch(0).subarray(0, 128)
  assert.equal(new Set([...first].map((index) => labels[index])).size, 32)
})

test('images without a class are never drawn by class, and a data set of nothing else is refused', () => {
  const labels = Int32Array.of(-1, 0, -1, 1, -1)
  for (const sampler of [
    new ClassAwareSampler({ labels, perClass: 2, seed: 1, length: 40 }),
    squareRootSampler({ labels, seed: 1, length: 40 }),
  ]) {
    assert.deepEqual(sorted(new Set(sampler.epoch(0))), [1, 3])
  }
  for (const none of [Int32Array.of(-1, -1), new Int32Array(0)]) {
    assert.throws(() => new ClassAwareSampler({ labels: none, perClass: 4, seed: 1 }), DataOptionError)
    assert.throws(() => classBalancedSampler({ labels: none, seed: 1 }), DataOptionError)
  }
})

test('weighted samplers draw classes with the probabilities they state', () => {
  const counts = [400, 100, 25, 0, 4]
  const labels = labelsOf(counts)
  const options = { labels, seed: 11, length: 100000 }
  const shares = (sampler: Sampler, epoch: number) => {
    const seen = counts.map(() => 0)
    for (const index of sampler.epoch(epoch)) seen[labels[index]!]!++
    return seen.map((n) => n / options.length)
  }
  const expect = (weights: number[]) => {
    const total = weights.reduce((a, b) => a + b)
    return weights.map((weight) => weight / total)
  }
  const near = (found: number[], wanted: number[]) => {
    for (const [k, share] of found.entries()) {
      assert.ok(Math.abs(share - wanted[k]!) < 0.006, `${found} against ${wanted}`)
    }
  }
  const even = counts.map((count) => (count > 0 ? 1 : 0))
  near(shares(squareRootSampler(options), 0), expect(counts.map(Math.sqrt)))
  near(shares(classBalancedSampler(options), 0), expect(even))
  const progressive = progressivelyBalancedSampler({ ...options, epochs: 11 })
  near(shares(progressive, 0), expect(counts))
  near(shares(progressive, 10), expect(even))
  const half = expect(counts).map((p, k) => (p + expect(even)[k]!) / 2)
  near(shares(progressive, 5), half)
  assert.throws(() => progressive.epoch(11), DataOptionError)
})

test('wrong options are refused by name and value', () => {
  assert.throws(
    () => new ShuffleSampler({ size: 3, seed: -1 }),
    /seed: expected an integer of 0 or more, got -1/,
  )
  assert.throws(
    () => new ShuffleSampler({ size: 3, seed: 1, rank: 2, worldSize: 2 }),
    /rank below worldSize \(2\)/,
  )
  assert.throws(() => new ClassAwareSampler({ labels: tail, perClass: 0, seed: 1 }), /perClass/)
  assert.throws(() => new ShuffleSampler({ size: 3, seed: 1 }).epoch(-1), /epoch/)
})

test('the generator: restored state continues the sequence, streams differ, numbers are spread evenly', () => {
  const random = new SeededRandom(42)
  random.next()
  const saved = JSON.parse(JSON.stringify(random.state()))
  const ahead = Array.from({ length: 20 }, () => random.next())
  const restored = new SeededRandom(0)
  restored.setState(saved)
  assert.deepEqual(
    Array.from({ length: 20 }, () => restored.next()),
    ahead,
  )
  const firsts = new Set<number>()
  for (let seed = 0; seed < 100; seed++) {
    for (let epoch = 0; epoch < 100; epoch++) firsts.add(new SeededRandom(seed, epoch).next())
  }
  assert.ok(firsts.size >= 9998, 'ten thousand streams begin with different numbers')
  const seen = new Int32Array(10)
  for (let i = 0; i < 100000; i++) seen[random.below(10)]!++
  assert.ok(seen.every((n) => Math.abs(n - 10000) < 500))
  // xoshiro128** 1.1 with state 1, 2, 3, 4: first outputs of the published reference code.
  restored.setState([1, 2, 3, 4])
  assert.deepEqual([restored.next(), restored.next(), restored.next()], [11520, 0, 5927040])
})
