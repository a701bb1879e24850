import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  call,
  findOperator,
  Generator,
  libraryInfo,
  ops,
  scope,
  type Tensor,
  TorchError,
  tensor,
} from './index.ts'
import { operatorTable } from './ops.generated.ts'
import { camelCase } from './overloads.ts'

test('names are in camelCase, and an operator in place keeps its underscore', () => {
  for (const [name, expected] of [
    ['add', 'add'],
    ['add_', 'add_'],
    ['max_pool2d', 'maxPool2d'],
    ['batch_norm', 'batchNorm'],
    ['requires_grad_', 'requiresGrad_'],
    ['l1_loss', 'l1Loss'],
    ['nll_loss_nd', 'nllLossNd'],
    ['linalg_vector_norm', 'linalgVectorNorm'],
    ['a_b_c', 'aBC'],
  ]) {
    assert.equal(camelCase(name!), expected)
  }
})

test('the types of the values choose the overload', () => {
  scope(() => {
    const x = tensor([1, 4])
    assert.deepEqual(x.mul(2).tolist(), [2, 8])
    assert.deepEqual(x.mul(x).tolist(), [1, 16])
    assert.deepEqual(ops.pow(2, x).tolist(), [2, 16])
    assert.deepEqual(x.pow(2).tolist(), [1, 16])
    assert.equal(x.max().item(), 4)
    assert.deepEqual(
      x.max(0).map((one) => one.item()),
      [4, 1],
    )
    assert.deepEqual(x.max(tensor([2, 2])).tolist(), [2, 4])
    assert.deepEqual(ops.arange(3).tolist(), [0, 1, 2])
    assert.deepEqual(ops.arange(1, 3).tolist(), [1, 2])
    assert.deepEqual(ops.arange(1, 4, { step: 2 }).tolist(), [1, 3])
    assert.deepEqual(ops.where(x.gt(2), x, 0).tolist(), [0, 4])
    assert.equal(x.view('int32').dtype, 'int32')
  })
})

test('a keyword-only argument without a default belongs to the call: without it another overload is meant', () => {
  scope(() => {
    const x = tensor([
      [3, 4],
      [0, 5],
    ])
    assert.deepEqual(ops.norm(x, 2, [1]).tolist(), [5, 5])
    assert.deepEqual(ops.norm(x, 2, [1], { keepdim: true }).tolist(), [[5], [5]])
    assert.deepEqual(ops.norm(x, 2, [1], true, { dtype: 'float64' }).dtype, 'float64')
    // @ts-expect-error the options must hold a dtype here
    assert.throws(() => ops.norm(x, 2, [1], true), { name: 'TorchError', message: /dtype: ScalarType/ })

    const index = tensor([[0], [0]], { dtype: 'int64' })
    const source = tensor([[10], [20]])
    assert.deepEqual(x.scatter(1, index, source).tolist(), [
      [10, 4],
      [20, 5],
    ])
    assert.deepEqual(x.scatter(1, index, source, { reduce: 'add' }).tolist(), [
      [13, 4],
      [20, 5],
    ])
    assert.deepEqual(tensor([7, -7]).div(2).tolist(), [3.5, -3.5])
    assert.deepEqual(tensor([7, -7]).div(2, { roundingMode: 'floor' }).tolist(), [3, -4])
    // Since 2.0 `dim` and `correction` have defaults: one call for each.
    const correction = (value: number) =>
      libraryInfo().version.startsWith('1.')
        ? x.std([1], { correction: value })
        : x.std({ dim: [1], correction: value } as never)
    assert.deepEqual(x.std([1]).tolist(), correction(1).tolist())
    assert.deepEqual(x.std([1], { unbiased: false }).tolist(), correction(0).tolist())
    assert.deepEqual(ops.randint(10, [3]).shape, [3])
    assert.deepEqual(
      ops.randint(1000, [5], { generator: new Generator(1) }).tolist(),
      ops.randint(1000, [5], { generator: new Generator(1) }).tolist(),
    )
    assert.equal(ops.rand([2], { generator: null, dtype: 'float64' }).dtype, 'float64')
  })
})

test('a number means a number before it means a list of one', () => {
  scope(() => {
    const shapes = (parts: readonly Tensor[]) => parts.map((part) => part.shape[0])
    const x = ops.arange(6)
    assert.deepEqual(shapes(x.tensorSplit(3)), [2, 2, 2])
    assert.deepEqual(shapes(x.tensorSplit([1, 3])), [1, 2, 3])
    assert.deepEqual(shapes(x.hsplit(2)), [3, 3])
    assert.deepEqual(shapes(x.hsplit([2])), [2, 4])
    assert.deepEqual(shapes(x.split(4)), [4, 2])
    assert.deepEqual(shapes(x.split([1, 5])), [1, 5])
  })
})

test('an option that is undefined takes its default', () => {
  scope(() => {
    const x = tensor([[1, 2]])
    assert.deepEqual(x.sum([1], { keepdim: undefined, dtype: undefined }).shape, [1])
    assert.deepEqual(x.add(1, {}).tolist(), [[2, 3]])
    assert.deepEqual(x.add(1, { alpha: undefined }).tolist(), [[2, 3]])
  })
})

test('reductions go by their names', () => {
  scope(() => {
    const [x, y] = [tensor([1, 2]), tensor([2, 4])]
    assert.deepEqual(ops.mseLoss(x, y, { reduction: 'none' }).tolist(), [1, 4])
    assert.equal(ops.mseLoss(x, y, { reduction: 'sum' }).item(), 5)
    assert.equal(ops.mseLoss(x, y, { reduction: 'mean' }).item(), 2.5)
    assert.equal(ops.mseLoss(x, y).item(), 2.5)
    assert.equal(ops.mseLoss(x, y, { reduction: 2 }).item(), 5)
    // @ts-expect-error there is no such reduction
    assert.throws(() => ops.mseLoss(x, y, { reduction: 'average' }), TorchError)
    assert.equal(call('aten::mse_loss', [x, y, 'sum']).item(), 5)
  })
})

test('a call that fits no overload is told what was given and what there is', () => {
  scope(() => {
    const x = tensor([[1, 2]])
    const message = (use: () => unknown): string => {
      try {
        use()
      } catch (error) {
        assert.ok(error instanceof TorchError, String(error))
        return error.message
      }
      assert.fail('nothing was thrown')
    }
    const loose = x as unknown as Record<string, (...args: unknown[]) => unknown>
    assert.equal(
      message(() => loose.softmax!('1')),
      'softmax(Tensor(float32[1, 2]), "1"): no overload takes these arguments; ' +
        'there are (self: Tensor, dim: int, { dtype?: ScalarType? })',
    )
    assert.match(
      message(() => loose.sum!([0], true)),
      /sum\(Tensor\(float32\[1, 2\]\), \[0\], true\): no overload.*keepdim\?: bool/,
    )
    assert.match(
      message(() => loose.sum!([0], { keepDim: true })),
      /\{ keepDim: true \}/,
    )
    assert.match(
      message(() => loose.norm!(2, [1], true)),
      /keepdim: bool, \{ dtype: ScalarType \}/,
    )
    for (const odd of [new Map(), new Date(0), new Int32Array(1), () => 0, Symbol.iterator]) {
      assert.throws(() => loose.relu!(odd), TorchError, String(odd))
    }
    assert.throws(() => (ops.relu as (...args: unknown[]) => unknown)(), TorchError)
    assert.throws(() => (ops.relu as (...args: unknown[]) => unknown)(3), /relu\(3\): no overload/)
  })
})

test('every operator of the table is in the library that it was generated from', (t) => {
  const { version } = libraryInfo()
  const missing = operatorTable.flatMap(([, , ...names]) => names.filter((name) => !findOperator(name)))
  if (missing.length > 0) t.diagnostic(`${missing.length} operators are not in libtorch ${version}`)
  if (version.startsWith('1.13')) assert.deepEqual(missing, [])
  assert.ok(missing.length < 50)
})
