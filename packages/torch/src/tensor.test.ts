import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { call, DisposedError, liveTensors, ops, scope, Tensor, TorchError, tensor } from './index.ts'
import { native } from './native.ts'

test('a tensor tells its shape, dtype, device and number of elements', () => {
  using x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ])
  assert.deepEqual(x.shape, [2, 3])
  assert.equal(x.dtype, 'float32')
  assert.equal(x.device, 'cpu')
  assert.equal(x.numel, 6)
  assert.equal(String(x), 'Tensor(float32[2, 3])')
})

test('data comes out row by row, however it lies in memory', () => {
  scope(() => {
    const x = ops.arange(6).view([2, 3])
    assert.deepEqual(x.t().tolist(), [
      [0, 3],
      [1, 4],
      [2, 5],
    ])
    assert.deepEqual(x.slice({ dim: 1, start: 1, step: 2 }).tolist(), [[1], [4]])
    assert.deepEqual(x.select(0, 1).tolist(), [3, 4, 5])
    assert.deepEqual(ops.arange(2).unsqueeze(1).expand([2, 3]).tolist(), [
      [0, 0, 0],
      [1, 1, 1],
    ])
    assert.deepEqual(x.flip([0]).tolist(), [
      [3, 4, 5],
      [0, 1, 2],
    ])
  })
})

test('a lazily negated tensor comes out negated', () => {
  scope(() => {
    const x = tensor([1, -2])
    assert.deepEqual(call('aten::_neg_view', [x]).tolist(), [-1, 2])
  })
})

test('channels_last changes the order in memory, not the values', () => {
  scope(() => {
    const x = ops.arange(24, { dtype: 'float32' }).view([1, 2, 3, 4])
    const last = x.to({ memoryFormat: 'channels_last' })
    assert.equal(call('aten::stride.int', [x, 1]), 12)
    assert.equal(call('aten::stride.int', [last, 1]), 1)
    assert.deepEqual(last.tolist(), x.tolist())
    assert.deepEqual(last.to({ memoryFormat: 'contiguous_format' }).toArray(), x.toArray())
  })
})

test('to() converts values as the library does, and copies only when asked where nothing changes', () => {
  scope(() => {
    const x = tensor([1.7, -1.7])
    assert.deepEqual(x.to({ dtype: 'int64' }).tolist(), [1, -1])
    assert.deepEqual(x.to({ dtype: 'bool' }).tolist(), [1, 1])
    const same = x.to({ dtype: 'float32' })
    const copy = x.to({ copy: true })
    x.fill_(5)
    assert.deepEqual(same.tolist(), [5, 5])
    assert.deepEqual(
      (copy.tolist() as number[]).map((v) => v.toFixed(1)),
      ['1.7', '-1.7'],
    )
    assert.throws(() => x.to({ dtype: 'float31' as 'float32' }), { name: 'TorchError', message: /float31/ })
    assert.throws(() => x.to({ memoryFormat: 'sideways' as 'channels_last' }), /"memory_format".*sideways/)
  })
})

test('item() is the one element as a number', () => {
  scope(() => {
    assert.equal(tensor(2.5).item(), 2.5)
    assert.equal(tensor([[7]], { dtype: 'int64' }).item(), 7)
    assert.equal(tensor([true]).item(), 1)
    assert.equal(tensor([1.5], { dtype: 'bfloat16' }).item(), 1.5)
    assert.throws(() => tensor([1, 2]).item(), {
      name: 'TorchError',
      operator: 'Tensor.item',
      message: /float32\[2\]/,
    })
    assert.throws(() => tensor([]).item(), TorchError)
  })
})

test('a tensor that is used after dispose() says so, whatever is asked of it', () => {
  const x = tensor([1, 2])
  const other = tensor([1, 2])
  x.dispose()
  assert.equal(x.disposed, true)
  assert.equal(String(x), 'Tensor(disposed)')
  const uses: (() => unknown)[] = [
    () => x.shape,
    () => x.dtype,
    () => x.device,
    () => x.numel,
    () => x.grad,
    () => x.requiresGrad,
    () => x.requiresGrad_(),
    () => x.backward(),
    () => x.item(),
    () => x.toArray(),
    () => x.tolist(),
    () => x.to({ dtype: 'int64' }),
    () => x.add(1),
    () => x.add_(1),
    () => other.add(x),
    () => ops.cat([other, x]),
    () => x.release(),
    () => {
      x.grad = other
    },
    () => {
      other.grad = x
    },
    () => other.backward(x),
  ]
  for (const use of uses) assert.throws(use, DisposedError, String(use))
  other.dispose()
})

test('the error of a disposed argument names the argument and the operator', () => {
  using x = tensor([1])
  const gone = tensor([1])
  gone.dispose()
  assert.throws(() => x.add(gone), {
    name: 'DisposedError',
    message: /argument "other" of aten::add\.Tensor/,
  })
  assert.throws(() => ops.cat([x, gone]), /argument "tensors" of aten::cat/)
})

test('disposing twice, by hand or by using, frees once', () => {
  const before = liveTensors()
  {
    using x = tensor([1])
    x.dispose()
    x.dispose()
    assert.equal(liveTensors(), before)
  }
  {
    using _ = tensor([1])
    assert.equal(liveTensors(), before + 1)
  }
  assert.equal(liveTensors(), before)
})

test('release() hands the native tensor over', () => {
  const before = liveTensors()
  const x = tensor([3])
  const handle = x.release()
  assert.equal(x.disposed, true)
  assert.equal(liveTensors(), before + 1)
  using other = new Tensor(handle)
  assert.equal(other.item(), 3)
})

const asks: ((handle: number) => unknown)[] = [
  (handle) => native.shape(handle),
  (handle) => native.dtype(handle),
  (handle) => native.device(handle),
  (handle) => native.item(handle),
  (handle) => native.toBytes(handle),
  (handle) => native.free(handle),
  (handle) => native.grad(handle),
  (handle) => native.requiresGrad(handle),
  (handle) => native.backward([handle], null, false),
]

test('a stale handle stays an error when its slot is used again', () => {
  const first = tensor([1])
  const handle = first.handle
  first.dispose()
  using second = tensor([2])
  assert.equal(second.handle % 2 ** 32, handle % 2 ** 32, 'the slot is used again')
  assert.notEqual(second.handle, handle)
  for (const ask of asks) assert.throws(() => ask(handle), { code: 'DISPOSED' })
  assert.equal(second.item(), 2)
})

test('an invented handle is an error, never a crash', () => {
  using real = tensor([1])
  const before = liveTensors()
  const odd = [
    ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -0, 0, 0.5, 1, 2 ** 31, 2 ** 32],
    ...[
      2 ** 53,
      2 ** 53 - 1,
      2 ** 60,
      1e300,
      Number.MIN_VALUE,
      real.handle + 0.5 * 2 ** -20,
      real.handle + 2 ** 32,
    ],
    ...(['', '1', null, undefined, {}, [], true, 1n, Symbol('x')] as unknown[] as number[]),
  ].filter((handle) => handle !== real.handle)
  for (const handle of odd) for (const ask of asks) assert.throws(() => ask(handle), Error)
  fc.assert(
    fc.property(fc.double(), (handle) => {
      fc.pre(handle !== real.handle)
      for (const ask of asks) assert.throws(() => ask(handle), { code: 'DISPOSED' })
    }),
    { numRuns: 50 },
  )
  assert.equal(liveTensors(), before)
  assert.equal(real.item(), 1)
})
