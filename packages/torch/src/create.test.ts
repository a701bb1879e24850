import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DType, libraryInfo, liveTensors, TorchError, type TypedArray, tensor } from './index.ts'

const samples: [DType, number[], TypedArray][] = [
  ['float32', [0, -1.5, 3.25], new Float32Array([0, -1.5, 3.25])],
  ['float64', [0, -0.1, 1e300], new Float64Array([0, -0.1, 1e300])],
  ['float16', [0, -1.5, 65504], new Float32Array([0, -1.5, 65504])],
  ['bfloat16', [0, -1.5, 256], new Float32Array([0, -1.5, 256])],
  ['int64', [0, -1, 2 ** 53 - 1], new BigInt64Array([0n, -1n, 9007199254740991n])],
  ['int32', [0, -(2 ** 31), 2 ** 31 - 1], new Int32Array([0, -(2 ** 31), 2 ** 31 - 1])],
  ['int16', [0, -32768, 32767], new Int16Array([0, -32768, 32767])],
  ['int8', [0, -128, 127], new Int8Array([0, -128, 127])],
  ['uint8', [0, 1, 255], new Uint8Array([0, 1, 255])],
  ['bool', [0, 1, 5], new Uint8Array([0, 1, 1])],
]

for (const [dtype, numbers, expected] of samples) {
  test(`${dtype} goes in and comes out unchanged`, () => {
    using made = tensor(numbers, { dtype })
    assert.equal(made.dtype, dtype)
    assert.deepEqual(made.shape, [3])
    assert.deepEqual(made.toArray(), expected)
    assert.deepEqual(made.tolist(), Array.from(expected as ArrayLike<number | bigint>, Number))
  })
}

test('the 16-bit floats round to the nearest value they have', () => {
  using brain = tensor([1 / 3, 1e38], { dtype: 'bfloat16' })
  const [third, large] = brain.tolist() as [number, number]
  assert.equal(third, 0.333984375)
  assert.ok(Math.abs(large / 1e38 - 1) <= 2 ** -8)
  using half = tensor([1 / 3, 1e5], { dtype: 'float16' })
  assert.deepEqual(half.tolist(), [0.333251953125, Number.POSITIVE_INFINITY])
})

test('the dtype follows the data: numbers, booleans, typed arrays', () => {
  const dtypes = [
    [[1, 2], 'float32'],
    [[true, false], 'bool'],
    [[1, true], 'float32'],
    [true, 'bool'],
    [[], 'float32'],
    [new Float64Array(2), 'float64'],
    [new BigInt64Array(2), 'int64'],
    [new Int32Array(2), 'int32'],
    [new Int16Array(2), 'int16'],
    [new Int8Array(2), 'int8'],
    [new Uint8Array(2), 'uint8'],
    [new Uint8ClampedArray(2), 'uint8'],
    [Buffer.from([1, 2]), 'uint8'],
  ] as const
  for (const [data, dtype] of dtypes) {
    using made = tensor(data as Parameters<typeof tensor>[0])
    assert.equal(made.dtype, dtype)
  }
})

test('a shape may be empty, or hold zeros', () => {
  for (const [data, shape] of [
    [5, []],
    [[], [0]],
    [
      [[], []],
      [2, 0],
    ],
    [[[[1]]], [1, 1, 1]],
  ] as const) {
    using made = tensor(data)
    assert.deepEqual(made.shape, shape)
    assert.deepEqual(made.tolist(), data)
  }
  using shaped = tensor(new Float32Array(0), { shape: [3, 0, 2] })
  assert.deepEqual(shaped.tolist(), [[], [], []])
})

test('the data is copied, also from the middle of a buffer', () => {
  const buffer = new Float32Array([9, 1, 2, 3, 9])
  const view = buffer.subarray(1, 4)
  using made = tensor(view)
  view.fill(0)
  assert.deepEqual(made.tolist(), [1, 2, 3])
  const out = made.toArray() as Float32Array
  out[0] = 7
  assert.deepEqual(made.tolist(), [1, 2, 3])
})

test('data that is not a rectangle of numbers is refused', () => {
  for (const data of [
    [[1, 2], [3]],
    [1, [2]],
    [[1], 2],
    [[], [1]],
  ] as number[][]) {
    assert.throws(() => tensor(data), { name: 'TypeError', message: /rectangular/ })
  }
  for (const data of ['12', [1, '2'], [null], undefined, [1n], {}] as unknown[]) {
    assert.throws(() => tensor(data as number), { name: 'TypeError', message: /numbers or booleans/ })
  }
  assert.throws(() => tensor(new Uint16Array(2)), { name: 'TypeError', message: /Uint16Array has no/ })
  assert.throws(() => tensor(new DataView(new ArrayBuffer(8)) as unknown as number), /DataView has no/)
})

test('a shape that does not fit the data is refused', () => {
  assert.throws(() => tensor([1, 2, 3], { shape: [2, 2] }), /shape \[2, 2\] needs 4 values, got 3/)
  assert.throws(() => tensor(new Float32Array(3), { shape: [] }), /needs 1 values, got 3/)
  // These products fit; the lengths do not.
  assert.throws(() => tensor([1, 2, 3], { shape: [-1, -3] }), TorchError)
  assert.throws(() => tensor([1, 2, 3], { shape: [1.5, 2] }), TorchError)
})

test('integers refuse what they cannot hold', () => {
  for (const [dtype, value] of [
    ['uint8', 256],
    ['uint8', -1],
    ['int8', 128],
    ['int16', 1.5],
    ['int32', 2 ** 31],
    ['int64', 2 ** 53],
    ['int64', Number.NaN],
    ['int32', Number.POSITIVE_INFINITY],
  ] as const) {
    assert.throws(() => tensor([0, value], { dtype }), {
      name: 'TypeError',
      message: `${dtype} cannot hold ${value}`,
    })
  }
})

test('what fails leaves no tensor behind', (t) => {
  const before = liveTensors()
  assert.throws(() => tensor([1, 2], { dtype: 'int64', requiresGrad: true }), TorchError)
  assert.throws(() => tensor([1, 2], { device: 'nowhere' }), TorchError)
  assert.throws(() => tensor([1, 2], { dtype: 'float31' as DType }), TypeError)
  assert.equal(liveTensors(), before)
  if (libraryInfo().cuda) {
    t.diagnostic('not tried: a GPU that is not there')
    return
  }
  assert.throws(() => tensor([1, 2], { device: 'cuda:0' }), { name: 'TorchError', message: /cuda/i })
  assert.equal(liveTensors(), before)
})

test('requiresGrad starts a gradient', () => {
  using x = tensor([1, 2], { requiresGrad: true })
  assert.equal(x.requiresGrad, true)
  assert.equal(x.grad, null)
})

test('every array of 32-bit floats comes back bit for bit', () => {
  fc.assert(
    fc.property(fc.float32Array({ maxLength: 50 }), (data) => {
      using made = tensor(data)
      assert.deepEqual(made.toArray(), data)
    }),
    { numRuns: 50 },
  )
})

test('every 64-bit integer comes back exactly', () => {
  fc.assert(
    fc.property(fc.bigInt64Array({ maxLength: 50 }), (data) => {
      using made = tensor(data)
      assert.deepEqual(made.toArray(), data)
    }),
    { numRuns: 50 },
  )
})

test('any shape comes back as nested arrays of that shape', () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 })
  fc.assert(
    fc.property(shapes, (shape) => {
      const count = shape.reduce((a, b) => a * b, 1)
      using made = tensor(
        Float32Array.from({ length: count }, (_, i) => i),
        { shape },
      )
      assert.deepEqual(made.shape, shape)
      assert.equal(made.numel, count)
      let level: unknown = made.tolist()
      for (const length of shape) {
        assert.equal((level as unknown[]).length, length)
        if (length === 0) return
        level = (level as unknown[])[length - 1]
      }
      assert.equal(level, count - 1)
    }),
    { numRuns: 60 },
  )
})
