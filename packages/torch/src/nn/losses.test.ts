// Losses against PyTorch, values and gradients (parity/nn_golden.py).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scope, type Tensor } from '@oltr/torch'
import * as nn from '@oltr/torch/nn'
import { assertClose, tensorOf } from '../../../../parity/compare.ts'
import { readGolden } from '../../../../parity/read-golden.ts'

const golden = readGolden('nn.safetensors')
const given = (name: string) => tensorOf(golden.get(`loss/${name}`)!)

const LOSSES: Record<string, (input: Tensor) => Tensor> = {
  'cross-entropy': (x) => nn.crossEntropy(x, given('labels')),
  'cross-entropy-none': (x) => nn.crossEntropy(x, given('labels'), { reduction: 'none' }),
  'cross-entropy-sum': (x) => nn.crossEntropy(x, given('labels'), { reduction: 'sum' }),
  'cross-entropy-weighted': (x) => nn.crossEntropy(x, given('labels'), { weight: given('weight') }),
  'cross-entropy-smoothed': (x) =>
    nn.crossEntropy(x, given('labels'), { weight: given('weight'), labelSmoothing: 0.1 }),
  'cross-entropy-ignore': (x) => nn.crossEntropy(x, given('labels').clampMin(0), { ignoreIndex: 3 }),
  'cross-entropy-soft': (x) => nn.crossEntropy(x, given('soft')),
  nll: (x) => nn.nllLoss(x, given('labels'), { weight: given('weight') }),
  mse: (x) => nn.mseLoss(x, given('other')),
  'mse-sum': (x) => nn.mseLoss(x, given('other'), { reduction: 'sum' }),
  l1: (x) => nn.l1Loss(x, given('other')),
  'smooth-l1': (x) => nn.smoothL1Loss(x, given('other'), { beta: 0.5 }),
  bce: (x) => nn.bceWithLogits(x, given('binary')),
  'bce-weighted': (x) =>
    nn.bceWithLogits(x, given('binary'), { weight: given('other').abs(), posWeight: given('weight') }),
  kl: (x) => nn.klDivergence(x, given('soft')),
  'kl-batchmean': (x) => nn.klDivergence(x, given('soft'), { reduction: 'batchmean' }),
  'kl-log-target': (x) => nn.klDivergence(x, given('soft').log(), { reduction: 'none', logTarget: true }),
}

for (const [name, loss] of Object.entries(LOSSES)) {
  test(`${name} has PyTorch's value and gradient`, () => {
    scope(() => {
      const input = given(`${name}/input`).requiresGrad_()
      const value = loss(input)
      assertClose(value, golden.get(`loss/${name}/value`)!, 'value')
      value.backward(given(`${name}/upstream`))
      assertClose(input.grad!, golden.get(`loss/${name}/grad`)!, 'gradient')
    })
  })
}

test('a loss of bfloat16 logits is computed and returned in float32', () => {
  scope(() => {
    const logits = given('cross-entropy/input').to({ dtype: 'bfloat16' })
    const value = nn.crossEntropy(logits, given('labels'))
    assert.equal(value.dtype, 'float32')
    assert.equal(value.item(), nn.crossEntropy(logits.to({ dtype: 'float32' }), given('labels')).item())
  })
})
