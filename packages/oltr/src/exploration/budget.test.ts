// Budgets.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgetImages } from './budget.ts'

test('a number is images, a percentage a share of the pool, of which at least one image', () => {
  assert.equal(budgetImages('200', 4000), 200)
  assert.equal(budgetImages('10%', 4000), 400)
  assert.equal(budgetImages(' 2.5% ', 4000), 100)
  assert.equal(budgetImages('1%', 10), 1)
})

test('a budget larger than the pool is the pool', () => {
  assert.equal(budgetImages('200', 50), 50)
  assert.equal(budgetImages('100%', 50), 50)
})

test('a budget of nothing, of parts of images or of more than everything is refused by its value', () => {
  for (const budget of ['0', '0%', '-3', '2.5', '101%', 'many', '', '10 %x'])
    assert.throws(() => budgetImages(budget, 100), {
      name: 'ConfigError',
      message: /expected a number of images/,
    })
})
