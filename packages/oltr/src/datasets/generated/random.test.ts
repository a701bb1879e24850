import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KeyedRandom } from './random.ts'
import { cosineOfTurn, sineOfTurn } from './turn.ts'

test('a key gives the same numbers, and any other key gives others', () => {
  const words = (key: readonly number[]) => {
    const random = new KeyedRandom(...key)
    return Array.from({ length: 4 }, () => random.next())
  }
  const key = fc.array(fc.nat({ max: Number.MAX_SAFE_INTEGER }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(key, fc.nat({ max: 3 }), fc.integer({ min: 1, max: 1000 }), (parts, at, change) => {
      assert.deepEqual(words(parts), words(parts))
      const other = [...parts]
      other[at % parts.length] = (other[at % parts.length] + change) % Number.MAX_SAFE_INTEGER
      assert.notDeepEqual(words(parts), words(other))
      if (parts.length > 1 && parts[0] !== parts[1]) {
        assert.notDeepEqual(words(parts), words([parts[1], parts[0], ...parts.slice(2)]))
      }
    }),
  )
})

test('neighbouring keys give unrelated, uniform numbers', () => {
  // First numbers of 6,000 neighbouring streams: bins of 100 on average, chi-square with 59 degrees of freedom.
  const bins = new Array(60).fill(0)
  for (let image = 0; image < 6000; image++) bins[new KeyedRandom(0, 1, 5, image).integer(60)]++
  const chiSquare = bins.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)
  assert.ok(chiSquare > 27 && chiSquare < 105, `chi-square ${chiSquare}`)
})

test('sine and cosine of a turn agree with the true ones to 1e-7', () => {
  fc.assert(
    fc.property(fc.double({ min: -3, max: 3, noNaN: true }), (turn) => {
      assert.ok(Math.abs(sineOfTurn(turn) - Math.sin(2 * Math.PI * turn)) < 1e-7)
      assert.ok(Math.abs(cosineOfTurn(turn) - Math.cos(2 * Math.PI * turn)) < 1e-7)
    }),
  )
})
