import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, DataError } from '../errors.ts'
import { AUTHORS_SHOT_RULE, classesPerGroup, shotGroupOf, shotGroups, shotRule } from './shot-groups.ts'

test('exactly 20 and exactly 100 training images are medium-shot, or few and many by the authors’ code', () => {
  const counts = [0, 1, 19, 20, 21, 99, 100, 101]
  const standard = ['few', 'few', 'few', 'medium', 'medium', 'medium', 'medium', 'many']
  assert.deepEqual(shotGroups(counts), standard)
  const authors = ['few', 'few', 'few', 'few', 'medium', 'medium', 'many', 'many']
  assert.deepEqual(shotGroups(Int32Array.from(counts), AUTHORS_SHOT_RULE), authors)
})

test('every class belongs to one group, and groups rise with the count, for any cut-offs', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300)), fc.nat(200), fc.nat(200), (counts, many, below) => {
      const rule = shotRule(many, Math.min(below, many + 1))
      const sizes = classesPerGroup(shotGroups(counts, rule))
      assert.equal(sizes.many + sizes.medium + sizes.few, counts.length)
      const order = ['few', 'medium', 'many']
      const sorted = counts.toSorted((a, b) => a - b).map((n) => order.indexOf(shotGroupOf(n, rule)))
      assert.deepEqual(sorted, sorted.toSorted())
    }),
  )
})

test('cut-offs that overlap and counts that are no numbers are refused', () => {
  assert.throws(() => shotRule(10, 12), ConfigError)
  assert.throws(() => shotRule(Number.NaN, 5), ConfigError)
  assert.throws(() => shotGroups([3, Number.NaN]), DataError)
})
