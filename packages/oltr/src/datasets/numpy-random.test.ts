import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RandomState } from './numpy-random.ts'
import { indexHash } from './split-record.ts'

// NumPy 1.24: r = RandomState(seed); r.permutation(12); r.random_sample(2); r.randint(0, 2**32, 3, uint32);
// a = arange(1000); r.shuffle(a); SHA-256 of a as little-endian int32.
const GOLDEN = [
  {
    seed: 0,
    permutation: [6, 11, 4, 10, 2, 8, 1, 7, 9, 3, 0, 5],
    random: [0.9636627605010293, 0.3834415188257777],
    words: [3400433126, 3488238119, 2271586391],
    shuffled: 'a5e88d897e5ec6e88ed06933f79952b15949a8dc97deb610ec3ad12f0427f9d4',
  },
  {
    seed: 1,
    permutation: [2, 3, 4, 10, 1, 6, 0, 7, 11, 9, 8, 5],
    random: [0.39676747423066994, 0.538816734003357],
    words: [1800426750, 1345499493, 2942995346],
    shuffled: 'c2e5815783eb1483ba002e133451ea1636fdf363314656af9793bd2c88857b39',
  },
  {
    seed: 4294967295,
    permutation: [11, 8, 5, 9, 1, 10, 6, 0, 4, 7, 2, 3],
    random: [0.14611715599393837, 0.9093750727977705],
    words: [2378279350, 2804808791, 4228633911],
    shuffled: '9e00bb8ab5c4a09d62dfa60006d49543fbac4503000c9245ce547763ee98e55c',
  },
]

for (const golden of GOLDEN) {
  test(`the stream of seed ${golden.seed} is NumPy's, past a refill of the state`, () => {
    const random = new RandomState(golden.seed)
    assert.deepEqual(Array.from(random.permutation(12)), golden.permutation)
    assert.deepEqual([random.random(), random.random()], golden.random)
    assert.deepEqual([random.nextUint32(), random.nextUint32(), random.nextUint32()], golden.words)
    const thousand = Int32Array.from({ length: 1000 }, (_, i) => i)
    assert.equal(indexHash(random.shuffle(thousand)), golden.shuffled)
  })
}

test('a shuffle keeps every item, whatever the seed and length', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.nat(200), (seed, length) => {
      const sorted = Array.from(new RandomState(seed).permutation(length)).sort((a, b) => a - b)
      assert.deepEqual(sorted, [...Array(length).keys()])
    }),
  )
})

test('a seed that NumPy refuses is refused', () => {
  for (const seed of [-1, 2 ** 32, 0.5, Number.NaN]) assert.throws(() => new RandomState(seed), RangeError)
})
