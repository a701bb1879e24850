// Arms of a comparison.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArm } from './arm.ts'
import { strategies } from './strategies/strategies.ts'

test('an arm is a strategy with the settings of the run, or with its own behind @', () => {
  const defaults = { reading: 'product', metric: 'euclidean', temperature: 2 } as const
  assert.deepEqual(parseArm('energy', defaults), {
    name: 'energy',
    pick: strategies.energy,
    scores: defaults,
  })
  assert.deepEqual(parseArm('energy@unit,per-centroid', defaults).scores, {
    reading: 'per-centroid',
    metric: 'unit',
    temperature: 2,
  })
})

test('an unknown strategy or reading is named', () => {
  assert.throws(() => parseArm('enrgy', {}), { name: 'ConfigError', message: /enrgy/ })
  assert.throws(() => parseArm('energy@loud', {}), {
    name: 'ConfigError',
    message: /expected one of .*unit after @/,
  })
})
