import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RunningMeans } from './running-means.ts'

test('the means of what was added', () => {
  const means = new RunningMeans()
  means.add({ loss: 2, accuracy: 0 })
  means.add({ loss: 4, accuracy: 0.5 })
  assert.deepEqual(means.values(), { loss: 3, accuracy: 0.25 })
})

test('nothing added, nothing reported', () => {
  assert.deepEqual(new RunningMeans().values(), {})
})

test('rounded to four digits for the progress line', () => {
  const means = new RunningMeans()
  means.add({ loss: 1 / 3, accuracy: 0.123456 })
  assert.deepEqual(means.rounded(), { loss: 0.3333, accuracy: 0.1235 })
})

test('through JSON at any point and on: the same bits as without', () => {
  const losses = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(losses, fc.nat(20), (values, at) => {
      const straight = new RunningMeans()
      let resumed = new RunningMeans()
      values.forEach((loss, i) => {
        if (i === at) resumed = RunningMeans.from(JSON.parse(JSON.stringify(resumed.state())))
        straight.add({ loss })
        resumed.add({ loss })
      })
      assert.deepEqual(resumed.values(), straight.values())
    }),
  )
})

test('a state that was taken stays as it is', () => {
  const means = new RunningMeans()
  means.add({ loss: 1 })
  const state = means.state()
  means.add({ loss: 5 })
  assert.deepEqual(state, { count: 1, sums: { loss: 1 } })
  const other = RunningMeans.from(state)
  other.add({ loss: 3 })
  assert.deepEqual(state, { count: 1, sums: { loss: 1 } })
  assert.deepEqual(other.values(), { loss: 2 })
})
