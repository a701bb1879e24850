import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  call,
  findOperator,
  libraryInfo,
  liveTensors,
  ops,
  scope,
  type Tensor,
  TorchError,
  tensor,
} from './index.ts'

const close = (actual: number, expected: number) =>
  assert.ok(
    Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  )

test('call() reaches any operator with all its arguments in the order of the schema', () => {
  scope(() => {
    const x = tensor([1, 2])
    assert.deepEqual(call('aten::add.Tensor', [x, tensor([10, 20]), 3]).tolist(), [31, 62])
    assert.deepEqual(
      call('aten::add.Tensor', [x, x, undefined]).tolist(),
      [2, 4],
      'undefined takes the default',
    )
    assert.deepEqual(call('aten::add.Tensor', [x, x]).tolist(), [2, 4], 'so does what is missing at the end')
    // Left out of the typed surface: its name begins with an underscore.
    assert.equal('_softmax' in ops, false)
    close(call('aten::_softmax', [tensor([0, 0]), 0, false]).tolist()[0], 0.5)
  })
})

test('a schema can be asked for', () => {
  const add = findOperator('aten::add.Tensor')!
  assert.deepEqual(
    add.arguments.map(({ name, type, hasDefault, keywordOnly }) => [name, type, hasDefault, keywordOnly]),
    [
      ['self', 'Tensor', false, false],
      ['other', 'Tensor', false, false],
      ['alpha', 'Scalar', true, true],
    ].map((row) => row.map((cell) => (cell === 'Scalar' ? add.arguments[2]!.type : cell))),
  )
  assert.match(add.arguments[2]!.type, /^(Scalar|number)$/)
  assert.equal(findOperator('aten::add.Nothing'), null)
  assert.equal(findOperator(''), null)
})

test('an in-place operator returns the object that it changed', () => {
  scope(() => {
    const x = tensor([1, 2])
    assert.equal(x.add_(1), x)
    assert.equal(x.mul_(tensor([2, 3])), x)
    assert.equal(ops.clamp_(x, { max: 5 }), x)
    assert.equal(call('aten::zero_', [x]), x)
    assert.deepEqual(x.tolist(), [0, 0])
  })
})

test('an out= operator returns the tensors that it was given to write to', () => {
  scope(() => {
    const out = ops.empty([2])
    assert.equal(call('aten::add.out', [tensor([1, 2]), tensor([3, 4]), 1, out]), out)
    assert.deepEqual(out.tolist(), [4, 6])
    const [values, indices] = [ops.empty([1]), ops.empty([1], { dtype: 'int64' })]
    const result = call('aten::max.dim_max', [tensor([[3, 9]]), 1, false, values, indices])
    assert.equal(result[0], values)
    assert.equal(result[1], indices)
    assert.deepEqual([values.tolist(), indices.tolist()], [[9], [1]])
  })
})

test('several results come as an array; lists of tensors, numbers, booleans and nothing come as what they are', () => {
  scope(() => {
    const x = tensor([
      [1, 5, 3],
      [4, 2, 6],
    ])
    const [values, indices] = x.topk(2)
    assert.deepEqual(values.tolist(), [
      [5, 3],
      [6, 4],
    ])
    assert.deepEqual(indices.tolist(), [
      [1, 2],
      [2, 0],
    ])
    assert.deepEqual(
      x.split(2, { dim: 1 }).map((part) => part.shape),
      [
        [2, 2],
        [2, 1],
      ],
    )
    assert.equal(call('aten::size.int', [x, 1]), 3)
    assert.equal(ops.equal(x, x), true)
    assert.equal(call('aten::item', [tensor(4)]), 4)
    assert.equal(call('aten::_foreach_add_.Scalar', [[x], 1]), undefined)
    assert.deepEqual(x.tolist(), [
      [2, 6, 4],
      [5, 3, 7],
    ])
  })
})

test('arguments that may be absent may be null, also inside lists, and results too', () => {
  scope(() => {
    const x = ops.arange(6).view([2, 3])
    assert.deepEqual(x.index([null, tensor([2, 0], { dtype: 'int64' })]).tolist(), [
      [2, 0],
      [5, 3],
    ])
    const image = ops.ones([1, 1, 3, 3])
    const weight = ops.ones([1, 1, 3, 3])
    assert.equal(ops.conv2d(image, weight, { bias: null }).item(), 9)
    const output = ops.ones([1, 1, 1, 1])
    const wanted = [true, false, false]
    const rest = [[0], [1, 1], [0, 0], [1, 1], false, [0, 0], 1, wanted]
    const gradients = call('aten::convolution_backward', [output, image, weight, ...rest])
    assert.deepEqual(gradients[0].shape, [1, 1, 3, 3])
    assert.deepEqual(gradients.slice(1), [null, null])
  })
})

test('one number stands for a list of that length', () => {
  scope(() => {
    const x = ops.arange(49, { dtype: 'float32' }).view([1, 1, 7, 7])
    const w = ops.ones([1, 1, 3, 3])
    const one = ops.conv2d(x, w, { stride: 2, padding: 1, dilation: 1 })
    const pair = ops.conv2d(x, w, { stride: [2, 2], padding: [1, 1], dilation: [1, 1] })
    assert.deepEqual(one.tolist(), pair.tolist())
    assert.deepEqual(ops.avgPool2d(x, 2).shape, [1, 1, 3, 3])
    assert.deepEqual(x.sum(3).shape, [1, 1, 7])
    assert.deepEqual(ops.zeros(3).tolist(), [0, 0, 0])
  })
})

test('a number is an integer, a float, a boolean or a dtype as the schema says', () => {
  scope(() => {
    assert.equal(ops.full([1], 2).dtype, 'int64')
    assert.equal(ops.full([1], 2.5).dtype, 'float32')
    assert.equal(ops.full([1], true).dtype, 'bool')
    assert.equal(ops.full([1], 2n ** 60n).toArray()[0], 2n ** 60n)
    assert.equal(ops.full([1], Number.POSITIVE_INFINITY).item(), Number.POSITIVE_INFINITY)
    assert.ok(Number.isNaN(ops.full([1], Number.NaN).item()))
    assert.ok(Object.is(ops.full([1], -0).item(), -0))
    assert.equal(ops.full([1], 1, { dtype: 'bfloat16' }).dtype, 'bfloat16')
    assert.deepEqual(
      call('aten::_foreach_add.ScalarList', [
        [tensor(1), tensor(2)],
        [0.5, 2],
      ]).map(String),
      ['Tensor(float32[])', 'Tensor(float32[])'],
    )
  })
})

test('values of the wrong kind are errors that name the argument', () => {
  scope(() => {
    const x = tensor([[1, 2]])
    const cases: [string, unknown[], RegExp][] = [
      ['aten::select.int', [x, 0.5, 0], /"dim": expected an integer, got 0\.5/],
      ['aten::select.int', [x, Number.NaN, 0], /"dim": expected an integer, got -?nan/],
      ['aten::select.int', [x, Number.POSITIVE_INFINITY, 0], /"dim": expected an integer, got inf/],
      ['aten::select.int', [x, 1e19, 0], /"dim": expected an integer/],
      ['aten::select.int', [x, 2n ** 64n, 0], /"dim": integer is larger than 64 bits/],
      ['aten::select.int', [x, 'mean?', 0], /"dim": expected an integer, a dtype.*mean\?/],
      ['aten::select.int', [x, {}, 0], /"dim": expected a number/],
      ['aten::select.int', [x], /"dim" is missing/],
      ['aten::add.Tensor', [x, null], /"other": expected a tensor, got null/],
      ['aten::add.Tensor', [x, 3], /expected a tensor, got another value/],
      ['aten::add.Tensor', [x, 'x'], /expected a tensor, got another value/],
      ['aten::cat', [x], /"tensors": expected an array/],
      ['aten::einsum', [1, [x]], /"equation": expected a string/],
      ['aten::sum', [x, 'float31'], /"dtype".*float31/],
      ['aten::neg', [x, 1, 2], /takes 1 arguments, got 3/],
      ['aten::neg', Array(60).fill(x), /takes 1 arguments, got 60/],
    ]
    for (const [name, values, message] of cases) {
      assert.throws(
        () => call(name, values),
        (error: TorchError) => {
          assert.ok(error instanceof TorchError, String(error))
          assert.equal(error.operator, name)
          assert.match(error.message, message)
          return true
        },
      )
    }
  })
})

test("the library's own errors carry the operator and its arguments", () => {
  scope(() => {
    assert.throws(
      () => ops.ones([2, 3]).matmul(ops.ones([2, 3])),
      (error: TorchError) => {
        assert.ok(error instanceof TorchError)
        assert.equal(error.operator, 'aten::matmul')
        assert.deepEqual(error.args, ['self: Tensor(float32[2, 3])', 'other: Tensor(float32[2, 3])'])
        assert.match(error.message, /2x3/)
        assert.doesNotMatch(error.message, /frame #|Exception raised/)
        assert.ok(error.cause instanceof Error)
        return true
      },
    )
    assert.throws(
      () => ops.cat([ops.ones([2]), ops.ones([2, 2])]),
      /tensors: \[Tensor\(float32\[2\]\), Tensor/,
    )
    assert.throws(() => tensor([1]).index([tensor([5], { dtype: 'int64' })]), TorchError)
    assert.throws(() => call('aten::nothing', []), { name: 'TorchError', message: /no such operator/ })
  })
})

test('what a machine cannot do is an error too: memory that does not exist, devices that are not there', (t) => {
  assert.throws(() => ops.empty([2 ** 50]), TorchError)
  assert.throws(() => ops.empty([2 ** 40, 2 ** 40]), TorchError)
  assert.throws(() => ops.empty([-1]), TorchError)
  assert.throws(() => ops.zeros([1], { device: 'banana' }), { name: 'TorchError', message: /banana/ })
  assert.throws(() => ops.zeros([1], { device: '' }), TorchError)
  if (libraryInfo().cuda) t.diagnostic('not tried: a GPU that is not there')
  else assert.throws(() => ops.zeros([1], { device: 'cuda:0' }), { name: 'TorchError', message: /cuda/i })
})

test('an operator that fails leaves no tensor behind', () => {
  using x = tensor([1, 2, 3])
  const before = liveTensors()
  const failing: (() => Tensor)[] = [
    () => x.view([2, 2]),
    () => x.add(ops.ones([2])),
    () => call('aten::add.Tensor', [x, 'no']),
  ]
  scope(() => {
    for (const fails of failing) assert.throws(fails, TorchError)
  })
  assert.equal(liveTensors(), before)
})
