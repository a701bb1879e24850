import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { embeddingOverlap } from './embedding-overlap.ts'

test('what is typical is the median distance between two of the other names', () => {
  const means = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 9 })
  fc.assert(
    fc.property(means, (places) => {
      const embeddings = new Map(
        places.map((x, i) => [`n${i}`, { mean: Float32Array.of(x), spread: 0, count: 2 }]),
      )
      const overlap = embeddingOverlap(embeddings)
      const others: number[] = []
      for (let i = 2; i < places.length; i++)
        for (let j = 2; j < i; j++) others.push(Math.abs(places[i] - places[j]))
      others.sort((a, b) => a - b)
      const median = others[others.length >> 1]
      // Where all the others lie in one place, nothing is far or near.
      assert.equal(overlap('n0', 'n1')?.typical ?? 0, median)
    }),
  )
})

test('one image, a name without images or too few other names say nothing', () => {
  const at = (x: number, count: number) => ({ mean: Float32Array.of(x), spread: 1, count })
  const overlap = embeddingOverlap(
    new Map([
      ['a', at(0, 5)],
      ['b', at(1, 5)],
      ['c', at(9, 5)],
      ['d', at(2, 1)],
    ]),
  )
  assert.equal(overlap('a', 'd'), null)
  assert.equal(overlap('a', 'nobody'), null)
  assert.equal(overlap('a', 'b'), null, 'c alone has no distance to another')
})
