// Promises of keys 1 to 9: surest guess first, clusters averaged, then recents without repetition, never more than nine.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choicesFor } from './choices.ts'

const guess = (name: string, confidence: number) => ({ class: `c-${name}`, name, confidence })

test('guesses of a cluster are averaged and sorted, recents follow', () => {
  const tasks = [{ guesses: [guess('owl', 0.5), guess('fox', 0.2)] }, { guesses: [guess('fox', 0.6)] }]
  const recents = ['fox', 'elk'].map((name) => ({ class: `c-${name}`, name }))
  assert.deepEqual(choicesFor(tasks, recents), [
    { class: 'c-fox', name: 'fox', confidence: 0.4 },
    { class: 'c-owl', name: 'owl', confidence: 0.25 },
    { class: 'c-elk', name: 'elk', confidence: null },
  ])
})

test('there are nine at most', () => {
  const recents = Array.from({ length: 20 }, (_, i) => ({ class: `c-${i}`, name: `${i}` }))
  assert.equal(choicesFor([{ guesses: [] }], recents).length, 9)
})
