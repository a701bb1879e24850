import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../errors.ts'
import { editDistance, nearestKey } from './config-explanation.ts'
import { parseDataConfig } from './data-config.ts'

const base = { format: 'cifar100', path: 'x', imageSize: 32 }
const refused = (value: unknown, message: RegExp) =>
  assert.throws(
    () => parseDataConfig(value),
    (error: Error) => {
      assert.ok(error instanceof ConfigError)
      assert.match(error.message, message)
      return true
    },
  )

test('defaults are filled in', () => {
  const config = parseDataConfig({ ...base, longTail: { profile: 'exponential', imbalance: 100 } })
  assert.equal(config.seed, 0)
  assert.deepEqual(config.longTail, { profile: 'exponential', imbalance: 100, seed: 0 })
})

test('an unknown key is refused with the nearest allowed one, at any depth', () => {
  refused(
    { ...base, longtail: {} },
    /^data\.longtail: unknown key, did you mean "longTail"\? allowed are format, path/,
  )
  refused(
    { ...base, longTail: { profile: 'exponential', imbalnce: 100 } },
    /^data\.longTail\.imbalnce: .*"imbalance"/,
  )
  refused({ ...base, open: { path: 'y', kind: 1 } }, /^data\.open\.kind: unknown key/)
  refused({ ...base, generated: { classes: 3 } }, /^data\.generated\.classes: unknown key/)
  refused({ ...base, zzzzzzzz: 1 }, /^data\.zzzzzzzz: unknown key, allowed are/)
})

test('a wrong value is refused with its path and what is allowed', () => {
  refused({ ...base, format: 'cifar' }, /^data\.format: .*"cifar10"\|"cifar100".*got "cifar"/)
  refused({ ...base, imageSize: undefined }, /^data\.imageSize: expected number/)
  refused({ ...base, imageSize: 4 }, /^data\.imageSize: .*>=8.*got 4/)
  refused({ ...base, longTail: { profile: 'lomax', imbalance: 0 } }, /^data\.longTail\.imbalance: .*got 0/)
  refused({ ...base, longTail: { profile: 'lomax', imbalance: 2, seed: -1 } }, /^data\.longTail\.seed/)
  refused({ ...base, heldOut: { classes: [] } }, /^data\.heldOut\.classes/)
  refused({ ...base, validation: { perClass: 1.5 } }, /^data\.validation\.perClass/)
  refused(null, /^data: expected object, got null/)
})

test('the nearest key is a slip away, not just anything', () => {
  assert.equal(nearestKey('imbalence', ['imbalance', 'profile']), 'imbalance')
  assert.equal(nearestKey('xyz', ['imbalance', 'profile']), undefined)
  assert.equal(editDistance('kitten', 'sitting'), 3)
  assert.equal(editDistance('', 'abc'), 3)
})
