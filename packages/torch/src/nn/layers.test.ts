// Every layer against PyTorch: outputs, gradients of inputs and parameters, buffers after the step (parity/nn_golden.py).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scope, type Tensor } from '@oltr/torch'
import * as nn from '@oltr/torch/nn'
import { assertClose, tensorOf } from '../../../../parity/compare.ts'
import { readGolden } from '../../../../parity/read-golden.ts'

const golden = readGolden('nn.safetensors')

const LAYERS: Record<string, () => nn.Layer> = {
  linear: () => new nn.Linear(5, 4),
  'linear-no-bias': () => new nn.Linear(5, 4, { bias: false }),
  conv2d: () => new nn.Conv2d(3, 4, 3, { padding: 1 }),
  'conv2d-strided': () =>
    new nn.Conv2d(4, 6, [3, 2], { stride: 2, padding: [1, 0], dilation: [1, 2], groups: 2, bias: false }),
  'conv-transpose2d': () =>
    new nn.ConvTranspose2d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
  'batch-norm2d': () => new nn.BatchNorm2d(3),
  'batch-norm2d-eval': () => new nn.BatchNorm2d(3).eval(),
  'batch-norm2d-cumulative': () => new nn.BatchNorm2d(3, { momentum: null, eps: 1e-3 }),
  'batch-norm2d-bare': () => new nn.BatchNorm2d(3, { affine: false, trackRunningStats: false }),
  'batch-norm1d': () => new nn.BatchNorm1d(5),
  'batch-norm1d-sequence': () => new nn.BatchNorm1d(5),
  'layer-norm': () => new nn.LayerNorm([3, 4]),
  embedding: () => new nn.Embedding(6, 3),
  'max-pool2d': () => new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
  'max-pool2d-ceil': () => new nn.MaxPool2d(2, { ceilMode: true }),
  'avg-pool2d': () => new nn.AvgPool2d(2, { padding: 1, countIncludePad: false }),
  'adaptive-avg-pool2d': () => new nn.AdaptiveAvgPool2d([2, 3]),
  relu: () => new nn.Relu(),
  'leaky-relu': () => new nn.LeakyRelu({ negativeSlope: 0.2 }),
  sigmoid: () => new nn.Sigmoid(),
  tanh: () => new nn.Tanh(),
  flatten: () => new nn.Flatten(),
  sequential: () =>
    new nn.Sequential(
      new nn.Conv2d(2, 3, 3, { bias: false }),
      new nn.BatchNorm2d(3),
      new nn.Relu(),
      new nn.Flatten(),
      new nn.Linear(12, 2),
    ),
}

for (const [name, make] of Object.entries(LAYERS)) {
  test(`${name} computes what PyTorch computes, forward and backward`, () => {
    scope(() => {
      const layer = make()
      assert.deepEqual(layer.loadStateDict(stored(`${name}/state.`)), { missing: [], unexpected: [] })
      const input = tensorOf(golden.get(`${name}/input`)!)
      const differentiable = input.dtype === 'float32'
      if (differentiable) input.requiresGrad_()

      const output = layer.forward(input)
      assertClose(output, golden.get(`${name}/output`)!, 'output')
      output.backward(tensorOf(golden.get(`${name}/upstream`)!))

      if (differentiable) assertClose(input.grad!, golden.get(`${name}/grad-input`)!, 'gradient of the input')
      for (const [key, parameter] of layer.namedParameters()) {
        assertClose(parameter.grad!, golden.get(`${name}/grad.${key}`)!, `gradient of ${key}`)
      }
      for (const [key, buffer] of layer.namedBuffers()) {
        assertClose(buffer, golden.get(`${name}/after.${key}`)!, `${key} after the step`)
      }
      layer.dispose()
    })
  })
}

test('an in-place relu overwrites its input', () => {
  scope(() => {
    const input = tensorOf(golden.get('relu/input')!)
    new nn.Relu({ inplace: true }).forward(input)
    assertClose(input, golden.get('relu/output')!, 'input')
  })
})

test('groups that do not divide the channels are refused', () => {
  assert.throws(() => new nn.Conv2d(4, 6, 3, { groups: 4 }), RangeError)
  assert.throws(() => new nn.ConvTranspose2d(3, 6, 3, { groups: 2 }), RangeError)
})

test('batch norm names the layer and the shape when the number of dimensions is wrong', () => {
  scope(() => {
    const input = tensorOf(golden.get('batch-norm2d/input')!)
    assert.throws(() => new nn.BatchNorm1d(3).forward(input), /BatchNorm1d\(\[4,3,3,2\]\).*\(N, C\)/)
    assert.throws(
      () => new nn.BatchNorm2d(5).forward(tensorOf(golden.get('batch-norm1d/input')!)),
      /\(N, C, H, W\)/,
    )
  })
})

function stored(prefix: string): Map<string, Tensor> {
  const keys = [...golden.keys()].filter((key) => key.startsWith(prefix))
  return new Map(keys.map((key) => [key.slice(prefix.length), tensorOf(golden.get(key)!)]))
}
