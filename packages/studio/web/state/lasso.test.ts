// Promises of the lasso: inside is inside for concave lines too, and a point or a stroke encloses nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extendLine, isInside, pointsInside } from './lasso.ts'

const U = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 2 },
  { x: 2, y: 2 },
  { x: 2, y: 0 },
  { x: 3, y: 0 },
  { x: 3, y: 3 },
  { x: 0, y: 3 },
]

test('the gap of a U is outside', () => {
  assert.equal(isInside(U, 0.5, 1), true)
  assert.equal(isInside(U, 1.5, 1), false)
  assert.equal(isInside(U, 2.5, 1), true)
  assert.equal(isInside(U, 4, 1), false)
})

test('columns give the indexes of what is inside', () => {
  assert.deepEqual(pointsInside(U, [0.5, 1.5, 2.5, 9], [1, 1, 1, 1]), [0, 2])
  assert.deepEqual(pointsInside(U.slice(0, 2), [0.5], [0]), [])
})

test('points that are close together are kept once', () => {
  const line = extendLine([{ x: 0, y: 0 }], { x: 1, y: 1 }, 3)
  assert.equal(line.length, 1)
  assert.equal(extendLine(line, { x: 3, y: 3 }, 3).length, 2)
})
