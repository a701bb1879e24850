import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTensors, scope, TorchError, tensor } from '@oltr/torch'
import { Parameter } from '@oltr/torch/nn'
import { clipGradNorm } from '@oltr/torch/optim'
import { assertClose, assertCloseNumbers, tensorOf } from '../../../../parity/compare.ts'
import { readGolden } from '../../../../parity/read-golden.ts'

const CASES: Record<string, [number, number]> = {
  clip: [1, 2],
  'clip-not-needed': [100, 2],
  'clip-one': [2, 1],
  'clip-infinity': [0.5, Number.POSITIVE_INFINITY],
}

const golden = readGolden('nn.safetensors')

for (const [name, [maxNorm, normType]] of Object.entries(CASES)) {
  test(`${name} scales gradients and reports their norm as PyTorch does`, () => {
    scope(() => {
      const params = [0, 1, 2].map((i) => new Parameter(tensorOf(golden.get(`optim/start.${i}`)!)))
      for (const i of [0, 1])
        params[i].grad = tensorOf(golden.get(`optim/gradients.${i}`)!)
          .select(0, 0)
          .clone()
      const before = liveTensors()
      const norm = clipGradNorm(params, maxNorm, { normType })
      assert.equal(liveTensors(), before)
      assertCloseNumbers([norm], golden.get(`${name}/norm`)!.data, 'norm')
      for (const i of [0, 1]) assertClose(params[i].grad!, golden.get(`${name}/grad.${i}`)!, `gradient ${i}`)
      for (const param of params) param.dispose()
    })
  })
}

test('a norm that is not finite is an error or a report, and the gradients stay as they are', () => {
  scope(() => {
    const param = new Parameter(tensor([1, 2]))
    param.grad = tensor([3, Number.NaN])
    assert.ok(Number.isNaN(clipGradNorm([param], 1)))
    assert.throws(
      () => clipGradNorm([param], 1, { errorIfNonFinite: true }),
      (error: Error) => error instanceof TorchError && /norm of the gradients is NaN/.test(error.message),
    )
    assert.deepEqual(param.grad!.tolist(), [3, Number.NaN])
    param.dispose()
  })
})

test('without gradients the norm is 0, and a negative limit is refused', () => {
  const param = new Parameter(tensor([1]))
  assert.equal(clipGradNorm([param], 1), 0)
  assert.throws(() => clipGradNorm([param], -1), RangeError)
  param.dispose()
})
