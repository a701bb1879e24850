import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualSeed, ops, scope } from '@oltr/torch'
import { Dropout } from '@oltr/torch/nn'

test('in training each element is dropped or scaled, so that the mean stays', () => {
  scope(() => {
    manualSeed(4)
    const output = new Dropout(0.25).forward(ops.ones([200, 200]))
    const values = new Set(output.toArray() as Float32Array)
    assert.deepEqual([...values].sort(), [0, Math.fround(1 / 0.75)])
    assert.ok(Math.abs(output.mean().item() - 1) < 0.02)
  })
})

test('in evaluation nothing changes', () => {
  scope(() => {
    const input = ops.randn([5])
    assert.deepEqual(new Dropout(0.9).eval().forward(input).toArray(), input.toArray())
  })
})

test('a probability outside 0 to 1 is refused', () => {
  for (const probability of [-0.1, 1.1, Number.NaN]) assert.throws(() => new Dropout(probability), RangeError)
})
