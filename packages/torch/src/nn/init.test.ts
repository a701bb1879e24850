// Initial values: PyTorch's numbers from PyTorch's seed (parity/nn_golden.py), and the statistics they promise.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Generator, liveTensors, manualSeed, ops, scope } from '@oltr/torch'
import { Conv2d, ConvTranspose2d, Embedding, init, Linear } from '@oltr/torch/nn'
import { assertClose } from '../../../../parity/compare.ts'
import { readGolden } from '../../../../parity/read-golden.ts'

test('one seed gives the initial weights that PyTorch draws from it', () => {
  const golden = readGolden('nn.safetensors')
  scope(() => {
    manualSeed(11)
    const modules = {
      linear: new Linear(7, 5),
      conv2d: new Conv2d(4, 6, 3, { groups: 2 }),
      'conv-transpose2d': new ConvTranspose2d(4, 6, 3, { groups: 2 }),
      embedding: new Embedding(5, 4),
    }
    for (const [name, module] of Object.entries(modules)) {
      for (const [key, value] of module.stateDict()) {
        assertClose(value, golden.get(`initial/${name}.${key}`)!, `${name}.${key}`)
      }
      module.dispose()
    }
    const weight = () => ops.empty([6, 4, 3, 3])
    const drawn = {
      'kaiming-normal-out-relu': init.kaimingNormal_(weight(), { mode: 'out', nonlinearity: 'relu' }),
      'kaiming-uniform-leaky': init.kaimingUniform_(weight(), { a: 0.3 }),
      'kaiming-normal-tanh': init.kaimingNormal_(weight(), { nonlinearity: 'tanh' }),
      'xavier-normal': init.xavierNormal_(weight(), { gain: 1.5 }),
      'xavier-uniform': init.xavierUniform_(weight()),
      uniform: init.uniform_(ops.empty([20]), { low: -2, high: 3 }),
      normal: init.normal_(ops.empty([20]), { mean: 1, std: 2 }),
    }
    for (const [name, value] of Object.entries(drawn))
      assertClose(value, golden.get(`initial/${name}`)!, name)
  })
})

test('a generator makes the values independent of the global stream', () => {
  scope(() => {
    manualSeed(1)
    const first = new Linear(30, 20, { generator: new Generator(5) })
    manualSeed(2)
    const second = new Linear(30, 20, { generator: new Generator(5) })
    assert.deepEqual(first.weight.toArray(), second.weight.toArray())
    assert.deepEqual(first.bias!.toArray(), second.bias!.toArray())
    for (const layer of [first, second]) layer.dispose()
  })
})

test('linear weights fill the interval of one over the root of the fan-in', () => {
  scope(() => {
    manualSeed(3)
    const layer = new Linear(100, 500)
    const bound = 1 / Math.sqrt(100)
    const largest = layer.weight.detach().abs().max().item()
    assert.ok(largest <= bound && largest > 0.99 * bound, `largest weight ${largest}`)
    const deviation = layer.weight.detach().square().mean().sqrt().item()
    assert.ok(Math.abs(deviation / (bound / Math.sqrt(3)) - 1) < 0.02, `deviation ${deviation}`)
    layer.dispose()
  })
})

test('a parameter is filled in place, keeps its gradient flag and leaves nothing behind', () => {
  const layer = new Linear(3, 2)
  const before = liveTensors()
  assert.equal(init.constant_(layer.weight, 4), layer.weight)
  init.zeros_(layer.bias!)
  assert.deepEqual(layer.weight.tolist(), [
    [4, 4, 4],
    [4, 4, 4],
  ])
  assert.deepEqual(layer.bias!.tolist(), [0, 0])
  assert.ok(layer.weight.requiresGrad)
  assert.equal(liveTensors(), before)
  layer.dispose()
})

test('fans of a vector are refused', () => {
  scope(() => assert.throws(() => init.kaimingNormal_(ops.empty([4])), /at least 2 dimensions.*\[4\]/))
})
