import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Generator, getRngState, manualSeed, ops, scope, setRngState, TorchError } from './index.ts'

const draw = (generator?: Generator) =>
  scope(() => (generator ? ops.randn([5], { generator }) : ops.randn([5])).tolist())

test('the same seed gives the same stream, another seed another one', () => {
  manualSeed(1)
  const first = [draw(), draw()]
  manualSeed(1)
  assert.deepEqual([draw(), draw()], first)
  manualSeed(2)
  assert.notDeepEqual([draw(), draw()], first)
  assert.notDeepEqual(first[0], first[1])
})

test('a saved state continues exactly where it was', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 5 }), (seed, drawn) => {
      manualSeed(seed)
      // An odd number of normal draws leaves half a pair in the state.
      for (let i = 0; i < drawn; i++) scope(() => ops.randn([1]).item())
      const state = getRngState()
      const next = [draw(), draw()]
      manualSeed(0)
      setRngState(state)
      assert.deepEqual([draw(), draw()], next)
      const generator = new Generator(seed)
      for (let i = 0; i < drawn; i++) scope(() => ops.randn([1], { generator }).item())
      const own = generator.state()
      const ownNext = draw(generator)
      generator.setState(own)
      assert.deepEqual(draw(generator), ownNext)
      const other = new Generator(0)
      other.setState(own)
      assert.deepEqual(draw(other), ownNext)
    }),
    { numRuns: 15 },
  )
})

test('a generator and the default one leave each other alone', () => {
  manualSeed(3)
  const expected = draw()
  manualSeed(3)
  const generator = new Generator(3)
  const own = [draw(generator), draw(generator)]
  assert.deepEqual(draw(), expected)
  assert.deepEqual(own[0], expected, 'the same seed is the same stream')
  manualSeed(9)
  const again = new Generator(3)
  assert.deepEqual([draw(again), draw(again)], own)
})

test('in-place initialisers and permutations take a generator too', () => {
  scope(() => {
    const fill = () =>
      ops
        .empty([4])
        .uniform_({ from: -1, to: 1, generator: new Generator(5) })
        .tolist()
    assert.deepEqual(fill(), fill())
    const permute = () => ops.randperm(10, { generator: new Generator(5) }).tolist()
    assert.deepEqual(permute(), permute())
  })
})

test('seeds that are no integers are refused', () => {
  for (const seed of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.throws(() => manualSeed(seed), {
      name: 'TorchError',
      message: new RegExp(`manualSeed\\(${seed}\\)`),
    })
    assert.throws(() => new Generator(seed), TorchError)
  }
  manualSeed(-1)
  assert.doesNotThrow(() => new Generator(2 ** 53 - 1))
})

test('a state of another size or kind is refused, and the generator goes on', () => {
  manualSeed(4)
  const before = getRngState()
  for (const state of [new Uint8Array(0), new Uint8Array(7), before.slice(1), Float64Array.from(before)]) {
    assert.throws(() => setRngState(state as Uint8Array), {
      name: 'TorchError',
      message: /setGeneratorState/,
    })
  }
  assert.deepEqual(getRngState(), before)
})
