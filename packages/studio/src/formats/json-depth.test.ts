import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DEEPEST, isTooDeep } from './json-depth.ts'

/** By the parsed value, for which a stack is needed. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

test('32 levels are read, the 33rd is not, whatever the brackets in texts', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"[{\\"[":', '}'],
    ['{"\\\\":', '}'],
  ] as const) {
    const nested = (depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`
    assert.equal(depthOf(JSON.parse(nested(DEEPEST))), 32)
    assert.equal(isTooDeep(nested(DEEPEST)), false, open)
    assert.equal(isTooDeep(nested(DEEPEST + 1)), true, open)
    assert.equal(isTooDeep(`[${nested(DEEPEST - 1)},${nested(DEEPEST - 1)}]`), false, 'beside each other')
  }
  assert.equal(isTooDeep('['.repeat(1_000_000)), true)
  for (const broken of ['"', '"\\', ']]]]', '"[[[']) assert.equal(isTooDeep(broken), false)
})

test('it says what counting the levels of the value says', () => {
  const leaf = fc.oneof(fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a') }), fc.nat())
  const value = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'large', withCrossShrink: true }, leaf, tie('list'), tie('map')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    map: fc.dictionary(fc.string({ unit: fc.constantFrom('[', '"', '\\', 'a') }), tie('value'), {
      maxKeys: 2,
    }),
  })).value
  fc.assert(
    fc.property(value, fc.integer({ min: 0, max: 40 }), (inner, around) => {
      const text = `${'['.repeat(around)}${JSON.stringify(inner)}${']'.repeat(around)}`
      assert.equal(isTooDeep(text), around + depthOf(inner) > DEEPEST)
    }),
    { numRuns: 1000 },
  )
})
