// Promises of the window: it covers what is in view and little more, at both ends of 100,000 cells.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepInGrid, windowOf } from './virtual-window.ts'

const grid = { total: 100_000, cellWidth: 100, cellHeight: 100, viewWidth: 850, viewHeight: 600 }

test('the first rows are drawn at the top, and little else', () => {
  const { columns, first, end, top, height } = windowOf({ ...grid, scrollTop: 0 })
  assert.equal(columns, 8)
  assert.equal(height, 1_250_000)
  assert.deepEqual([first, end, top], [0, 72, 0])
})

test('the last rows are drawn at the bottom', () => {
  const { first, end } = windowOf({ ...grid, scrollTop: 1_250_000 - 600 })
  assert.equal(end, 100_000)
  assert.ok(first <= 100_000 - 6 * 8 && end - first < 100)
})

test('nothing and less than a column are fine', () => {
  assert.deepEqual(windowOf({ ...grid, total: 0, scrollTop: 0 }).end, 0)
  assert.equal(windowOf({ ...grid, viewWidth: 10, scrollTop: 0 }).columns, 1)
  const far = windowOf({ ...grid, total: 3, scrollTop: 9e6 })
  assert.ok(far.first <= far.end)
})

test('arrows move by cells and rows', () => {
  assert.deepEqual(
    ['ArrowLeft', 'ArrowDown', 'PageUp', 'x'].map((key) => stepInGrid(key, 50, 8, 3)),
    [49, 58, 26, null],
  )
})
