import assert from 'node:assert/strict'
import { test } from 'node:test'
import { autocast, manualSeed, ops, scope } from '@oltr/torch'
import { assertClose, assertCloseNumbers, tensorOf } from '../../../parity/compare.ts'
import { readGolden } from '../../../parity/read-golden.ts'
import { ModulatedAttention } from './modulated-attention.ts'

test('agrees with the literal formulation, forward and backward, on a map that is not square', () => {
  const golden = readGolden('model-attention.safetensors')
  const attention = new ModulatedAttention({ channels: 8, height: 3, width: 5 })
  scope(() => {
    const parameters = [...attention.stateDict().keys()]
    attention.loadStateDict(new Map(parameters.map((key) => [key, tensorOf(golden.get(`param.${key}`)!)])))
    const f = tensorOf(golden.get('f')!).requiresGrad_()
    const { attended, maps } = attention.attend(f)
    attended.backward(tensorOf(golden.get('upstream')!))
    assertClose(attended, golden.get('out')!, 'output')
    assertClose(maps.mask.flatten({ startDim: 1 }), golden.get('mask')!, 'mask')
    assertClose(maps.selfAttention!, golden.get('self_attention')!, 'self-attention')
    assertClose(f.grad!, golden.get('grad_f')!, 'gradient of f')
    for (const [key, parameter] of attention.namedParameters()) {
      // phi's bias adds one number to all scores of a softmax, which does not see it: 0 up to rounding.
      if (key === 'phi.bias') assert.ok(parameter.grad!.abs().max().item() < 1e-6)
      else assertClose(parameter.grad!, golden.get(`grad.${key}`)!, `gradient of ${key}`)
    }
  })
  attention.dispose()
})

test('starts as the identity, and its first gradient reaches conv_mask alone', () => {
  manualSeed(1)
  const attention = new ModulatedAttention({ channels: 4, height: 2, width: 3 })
  scope(() => {
    const f = ops.randn([2, 4, 2, 3])
    const out = attention.forward(f)
    assert.deepEqual(out.toArray(), f.toArray())
    out.square().sum().backward()
    for (const [key, parameter] of attention.namedParameters()) {
      assert.equal(parameter.grad!.abs().max().item() > 0, key === 'conv_mask.weight', key)
    }
  })
  attention.dispose()
})

test('the mask is a distribution over the positions of each image', () => {
  manualSeed(2)
  for (const variant of ['modulated', 'spatial'] as const) {
    const attention = new ModulatedAttention({ channels: 4, height: 3, width: 2, variant })
    scope(() => {
      const { maps } = attention.attend(ops.randn([5, 4, 3, 2]))
      assert.deepEqual(maps.mask.shape, [5, 3, 2])
      assert.ok(maps.mask.min().item() >= 0)
      assertCloseNumbers(
        Array.from(maps.mask.sum([1, 2]).toArray() as Float32Array),
        [1, 1, 1, 1, 1],
        'sums',
        1e-6,
      )
      assert.equal(maps.selfAttention === null, variant === 'spatial')
    })
    attention.dispose()
  }
})

test('the spatial variant is f + m f and has no self-attention parameters', () => {
  manualSeed(3)
  const attention = new ModulatedAttention({ channels: 4, height: 2, width: 2, variant: 'spatial' })
  assert.deepEqual(
    attention.namedParameters().map(([key]) => key),
    ['fc_spatial.weight', 'fc_spatial.bias'],
  )
  scope(() => {
    const f = ops.randn([2, 4, 2, 2])
    const { attended, maps } = attention.attend(f)
    const expected = f.mul(maps.mask.unsqueeze(1).add(1))
    assert.ok(attended.sub(expected).abs().max().item() < 1e-6)
  })
  attention.dispose()
})

test('keeps the dtype of the map under bfloat16 autocast', () => {
  const attention = new ModulatedAttention({ channels: 4, height: 2, width: 2 })
  scope(() => {
    const f = ops.randn([2, 4, 2, 2]).to({ dtype: 'bfloat16' })
    const { attended, maps } = autocast({ device: 'cpu', dtype: 'bfloat16' }, () => attention.attend(f))
    assert.equal(attended.dtype, 'bfloat16')
    assert.equal(maps.mask.dtype, 'float32')
  })
  attention.dispose()
})
