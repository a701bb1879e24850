// Pools of simulated stages.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { drawPools } from './draw-pool.ts'

/** 3 known classes of 40 images, 4 open ones of 30. */
const labels = Int32Array.from({ length: 240 }, (_, at) =>
  at < 120 ? Math.floor(at / 40) : 3 + Math.floor((at - 120) / 30),
)
const options = { openPerClass: 10, knownPerOpen: 1, seed: 0 }

test('two stages have half of the open classes each, and share no image', () => {
  const pools = drawPools(labels, 3, 2, options)
  assert.deepEqual(pools.flatMap(({ openClasses }) => openClasses).sort(), [3, 4, 5, 6])
  assert.equal(new Set(pools.flatMap(({ positions }) => [...positions])).size, 80)
  for (const { openClasses, positions } of pools) {
    const open = [...positions].filter((at) => labels[at] >= 3)
    assert.deepEqual(new Set(open.map((at) => labels[at])), new Set(openClasses))
    assert.equal(open.length, 20)
    assert.equal(positions.length, 40)
  }
})

test('null takes everything; no known image, and no more than there are, can be asked for', () => {
  const [all] = drawPools(labels, 3, 1, { openPerClass: null, knownPerOpen: null, seed: 0 })
  assert.equal(all.positions.length, 240)
  const [onlyOpen] = drawPools(labels, 3, 1, { ...options, knownPerOpen: 0 })
  assert.ok([...onlyOpen.positions].every((at) => labels[at] >= 3))
  const [many] = drawPools(labels, 3, 1, { ...options, knownPerOpen: 1000 })
  assert.equal(many.positions.length, 40 + 120)
})

test('a seed gives the same pool; the number of known images does not change the open ones', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 0, max: 3 }), (seed, knownPerOpen) => {
      const open = (pool: { positions: Int32Array }) =>
        [...pool.positions].filter((at) => labels[at] >= 3).sort()
      const [first] = drawPools(labels, 3, 1, { ...options, seed, knownPerOpen })
      assert.deepEqual(drawPools(labels, 3, 1, { ...options, seed, knownPerOpen })[0], first)
      assert.deepEqual(open(drawPools(labels, 3, 1, { ...options, seed })[0]), open(first))
    }),
    { numRuns: 20 },
  )
})

test('more stages than open classes, and numbers out of range, are refused', () => {
  assert.throws(() => drawPools(labels, 3, 5, options), /stages: expected 1 to 4/)
  assert.throws(() => drawPools(labels, 3, 1, { ...options, openPerClass: 0 }), /openPerClass/)
  assert.throws(() => drawPools(labels, 3, 1, { ...options, knownPerOpen: -1 }), /knownPerOpen/)
})
