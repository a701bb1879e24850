// Promise of the index: it finds what a look at every point finds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { indexPoints } from './point-index.ts'

test('the nearest of 2000 points is the nearest', () => {
  let seed = 7
  const random = () => {
    seed = (seed * 48271) % 2147483647
    return seed / 2147483647
  }
  const xs = Array.from({ length: 2000 }, random)
  const ys = Array.from({ length: 2000 }, random)
  const index = indexPoints(xs, ys)
  for (let trial = 0; trial < 200; trial += 1) {
    const [x, y] = [random(), random()]
    const distances = xs.map((px, i) => Math.hypot(px - x, ys[i]! - y))
    const least = Math.min(...distances)
    const found = index.nearest(x, y, 0.1)
    assert.equal(found, least <= 0.1 ? distances.indexOf(least) : -1)
  }
})

test('an empty map has no nearest point', () => {
  assert.equal(indexPoints([], []).nearest(0.5, 0.5, 1), -1)
})
