import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  autocast,
  DisposedError,
  enableGrad,
  gradients,
  liveTensors,
  noGrad,
  ops,
  scope,
  type Tensor,
  TorchError,
  tensor,
} from './index.ts'

/** Smooth, without repetition, and away from the kinks at zero. */
function values(shape: readonly number[], phase: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1)
  const data = Float64Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + phase) + 0.013)
  return tensor(data, { shape, requiresGrad: true })
}

/** Compares backward() with central differences; both in float64. */
function checkGradients(f: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): void {
  scope(() => f(...inputs).backward())
  for (const [which, input] of inputs.entries()) {
    using gradient = input.grad!
    const found = gradient.toArray() as Float64Array
    const data = input.toArray() as Float64Array
    const at = (index: number, change: number): number =>
      scope(() =>
        noGrad(() => {
          const moved = data.slice()
          moved[index]! += change
          const replaced = inputs.map((one) => (one === input ? tensor(moved, { shape: input.shape }) : one))
          return f(...replaced).item()
        }),
      )
    const step = 1e-5
    for (let i = 0; i < data.length; i++) {
      const expected = (at(i, step) - at(i, -step)) / (2 * step)
      // Central differences are exact to step^2, and to rounding divided by the step.
      const allowed = 1e-7 * Math.max(1, Math.abs(expected))
      assert.ok(
        Math.abs(found[i]! - expected) < allowed,
        `input ${which}, element ${i}: ${found[i]}, expected ${expected}`,
      )
    }
  }
}

const functions: [name: string, f: (...inputs: Tensor[]) => Tensor, shapes: number[][]][] = [
  [
    'a matrix product through tanh',
    (a, b) => a.matmul(b).tanh().sum(),
    [
      [2, 3],
      [3, 2],
    ],
  ],
  [
    'a weighted softmax',
    (x, w) => x.softmax(1).mul(w).sum(),
    [
      [2, 4],
      [2, 4],
    ],
  ],
  [
    'cross-entropy',
    (x) => ops.crossEntropyLoss(x, tensor([1, 0, 3], { dtype: 'int64' }), { labelSmoothing: 0.1 }),
    [[3, 4]],
  ],
  [
    'a strided convolution with bias',
    (x, w, b) => ops.conv2d(x, w, { bias: b, stride: 2, padding: 1 }).pow(2).mean(),
    [[1, 2, 4, 4], [2, 2, 3, 3], [2]],
  ],
  [
    'batch normalisation in training',
    (x, w, b) => ops.batchNorm(x, w, b, null, null, true, 0.1, 1e-5, false).pow(3).sum(),
    [[5, 2], [2], [2]],
  ],
  [
    'layer normalisation',
    (x, w, b) => ops.layerNorm(x, [3], { weight: w, bias: b }).sin().sum(),
    [[2, 3], [3], [3]],
  ],
  [
    'cosine similarity by norms',
    (x, c) => {
      const unit = (t: Tensor) => t.div(ops.norm(t, 2, [1], { keepdim: true }))
      return unit(x).matmul(unit(c).t()).exp().sum()
    },
    [
      [2, 3],
      [4, 3],
    ],
  ],
  [
    'the smallest squared distance',
    (x, c) => {
      const squares = x
        .pow(2)
        .sum([1], { keepdim: true })
        .add(c.pow(2).sum([1]))
      return squares.sub(x.matmul(c.t()), { alpha: 2 }).min(1)[0].sqrt().sum()
    },
    [
      [2, 3],
      [4, 3],
    ],
  ],
  [
    'picking and joining',
    (x, y) =>
      ops
        .cat([x.indexSelect(0, tensor([1, 1, 0], { dtype: 'int64' })), y.t()], { dim: 0 })
        .pow(3)
        .sum(),
    [
      [2, 3],
      [3, 2],
    ],
  ],
  ['pooling', (x) => ops.maxPool2d(x, 2).add(ops.avgPool2d(x, 2)).pow(2).sum(), [[1, 1, 4, 4]]],
  [
    'a gate',
    (x, w) => x.mul(ops.linear(x, w).sigmoid()).sum(),
    [
      [2, 3],
      [3, 3],
    ],
  ],
  [
    'changes in place on the way',
    (x) => {
      const y = x.mul(2)
      y.add_(x)
      y.mul_(x).tanh_()
      return y.sum()
    },
    [[5]],
  ],
  [
    'a choice and a clamp',
    (x, y) => ops.where(x.gt(0), x.mul(y), y).clamp({ min: -0.5 }).pow(2).sum(),
    [[6], [6]],
  ],
  [
    'an index sum with logsumexp',
    (x, y) => ops.einsum('ij,kj->ik', [x, y]).logsumexp([1]).sum(),
    [
      [2, 3],
      [4, 3],
    ],
  ],
]

for (const [name, f, shapes] of functions) {
  test(`the gradient of ${name} agrees with finite differences`, () => {
    const before = liveTensors()
    scope(() => checkGradients(f, ...shapes.map((shape, i) => values(shape, i + 0.4))))
    assert.equal(liveTensors(), before)
  })
}

test('gradients accumulate in leaves until they are taken away', () => {
  scope(() => {
    const x = tensor([1, 2], { requiresGrad: true })
    assert.equal(x.grad, null)
    x.mul(3).sum().backward()
    x.mul(4).sum().backward()
    assert.deepEqual(x.grad!.tolist(), [7, 7])
    x.grad = null
    assert.equal(x.grad, null)
    x.grad = tensor([1, 1])
    x.mul(2).sum().backward()
    assert.deepEqual(x.grad!.tolist(), [3, 3])
  })
})

test('backward() takes a gradient where there are several elements', () => {
  scope(() => {
    const x = tensor([1, 2], { requiresGrad: true })
    x.mul(x).backward(tensor([1, 10]))
    assert.deepEqual(x.grad!.tolist(), [2, 40])
  })
})

test('a gradient of another shape or dtype, or the tensor itself, is refused', () => {
  scope(() => {
    const x = tensor([1, 2], { requiresGrad: true })
    for (const wrong of [tensor([1]), tensor([[1, 2]]), tensor([1, 2], { dtype: 'float64' }), x]) {
      assert.throws(() => {
        x.grad = wrong
      }, TorchError)
    }
    assert.equal(x.grad, null)
  })
})

test('recording is for leaves of floating point', () => {
  scope(() => {
    const x = tensor([1, 2])
    assert.equal(x.requiresGrad_(), x)
    assert.equal(x.mul(2).requiresGrad, true)
    assert.equal(x.mul(2).detach().requiresGrad, false)
    assert.throws(() => x.mul(2).requiresGrad_(false), { name: 'TorchError', message: /detach/ })
    assert.equal(x.requiresGrad_(false).requiresGrad, false)
    assert.throws(() => tensor([1], { dtype: 'int64' }).requiresGrad_(), /Tensor\.requiresGrad_/)
  })
})

test('a backward pass that cannot be is an error with its operation and shapes', () => {
  scope(() => {
    const x = tensor([1, 2], { requiresGrad: true })
    const gone = tensor([1, 1])
    gone.dispose()
    const fails = (body: () => void, message: RegExp) =>
      assert.throws(body, (error: TorchError) => {
        assert.ok(error instanceof TorchError, String(error))
        assert.match(error.message, message)
        return true
      })
    fails(() => x.mul(2).backward(), /Tensor\.backward\(Tensor\(float32\[2\]\)\): .*scalar/)
    fails(() => x.mul(2).backward(tensor([1])), /float32\[1\]/)
    fails(() => tensor([1]).sum().backward(), /does not require grad/)
    const y = x.mul(x).sum()
    y.backward()
    fails(() => y.backward(), /second time/)
    assert.throws(() => x.mul(2).backward(gone), DisposedError)
    const z = x.mul(x)
    assert.throws(() => {
      const used = z.exp()
      used.mul_(2)
      used.sum().backward()
    }, /modified by an inplace operation/)
    fails(() => gradients([tensor([1])], [x]), /^gradients\(/)
    fails(() => gradients([x.mul(2)], [x]), /scalar/)
    assert.throws(() => gradients([x.sum()], [gone]), DisposedError)
  })
})

test('retainGraph lets the tape be used twice', () => {
  scope(() => {
    const x = tensor([3], { requiresGrad: true })
    const y = x.mul(x).sum()
    y.backward(undefined, { retainGraph: true })
    y.backward()
    assert.deepEqual(x.grad!.tolist(), [12])
  })
})

test('gradients() returns instead of accumulating, null where nothing depends, and can be differentiated', () => {
  scope(() => {
    const x = tensor([2, 3], { dtype: 'float64', requiresGrad: true })
    const other = tensor([1], { requiresGrad: true })
    const [first, none] = gradients([x.pow(3).sum()], [x, other], { createGraph: true })
    assert.equal(none, null)
    assert.deepEqual(first!.tolist(), [12, 27])
    const [second] = gradients([first!.sum()], [x])
    assert.deepEqual(second!.tolist(), [12, 18])
    assert.equal(second!.requiresGrad, false)
    assert.equal(x.grad, null)
    const [weighted] = gradients([x.mul(2)], [x], { outputGradients: [tensor([1, 5], { dtype: 'float64' })] })
    assert.deepEqual(weighted!.tolist(), [2, 10])
  })
})

test('noGrad and enableGrad nest, and end with their function, also when it throws', () => {
  scope(() => {
    const x = tensor([1], { requiresGrad: true })
    const recording = () => x.mul(1).requiresGrad
    assert.equal(recording(), true)
    noGrad(() => {
      assert.equal(recording(), false)
      enableGrad(() => {
        assert.equal(recording(), true)
        noGrad(() => assert.equal(recording(), false))
        assert.equal(recording(), true)
      })
      assert.equal(recording(), false)
      assert.throws(() =>
        enableGrad(() => {
          throw new Error('inside')
        }),
      )
      assert.equal(recording(), false)
    })
    assert.throws(() =>
      noGrad(() => {
        throw new Error('inside')
      }),
    )
    assert.equal(recording(), true)
    assert.throws(() => noGrad(async () => 0), /noGrad\(\) needs a synchronous function/)
    assert.throws(() => enableGrad(async () => 0), TypeError)
    assert.equal(recording(), true)
    assert.equal(
      noGrad(() => 5),
      5,
    )
  })
})

test('autocast computes convolutions and products in bfloat16, sums and losses in float32', () => {
  scope(() => {
    const x = ops.ones([1, 2, 5, 5])
    const w = ops.ones([3, 2, 3, 3], { dtype: 'float32' }).requiresGrad_()
    autocast({ device: 'cpu', dtype: 'bfloat16' }, () => {
      const y = ops.conv2d(x, w)
      assert.equal(y.dtype, 'bfloat16')
      assert.equal(ops.linear(ops.ones([2, 3]), ops.ones([4, 3])).dtype, 'bfloat16')
      assert.equal(ops.mseLoss(y, y.detach()).dtype, 'float32')
      y.sum().backward()
    })
    assert.equal(w.grad!.dtype, 'float32', 'gradients have the precision of their weights')
    assert.equal(w.grad!.sum().item(), 9 * 3 * 18)
    assert.equal(ops.conv2d(x, w).dtype, 'float32')
  })
})

test('autocast regions nest, can be switched off inside, and end when their function throws', () => {
  scope(() => {
    const [x, w] = [ops.ones([2, 3]), ops.ones([4, 3])]
    const dtype = () => ops.linear(x, w).dtype
    autocast({}, () => {
      assert.equal(dtype(), 'bfloat16')
      autocast({ enabled: false }, () => {
        assert.equal(dtype(), 'float32')
        autocast({ enabled: true }, () => assert.equal(dtype(), 'bfloat16'))
        assert.equal(dtype(), 'float32')
      })
      assert.equal(dtype(), 'bfloat16')
      assert.throws(() =>
        autocast({ enabled: false }, () => {
          throw new Error('inside')
        }),
      )
      assert.equal(dtype(), 'bfloat16')
    })
    assert.equal(dtype(), 'float32')
    assert.throws(() =>
      autocast({}, () => {
        throw new Error('inside')
      }),
    )
    assert.equal(dtype(), 'float32')
    assert.throws(() => autocast({}, async () => 0), /autocast\(\) needs a synchronous function/)
    assert.throws(() => autocast({ dtype: 'float32' }, () => 0), /bfloat16 or float16, not "float32"/)
    assert.throws(() => autocast({ device: 'tpu' }, () => 0), /not "tpu"/)
    assert.equal(dtype(), 'float32')
  })
})

test('a weight that changed is met as it is in the next region', () => {
  scope(() => {
    const x = ops.ones([1, 2])
    const w = ops.ones([1, 2]).requiresGrad_()
    const product = () => autocast({}, () => ops.linear(x, w).item())
    assert.equal(product(), 2)
    noGrad(() => w.fill_(3))
    assert.equal(product(), 6)
  })
})

test('a look without recording does not cut a weight off from its gradient in the same region', () => {
  scope(() => {
    const x = ops.ones([1, 2])
    const w = ops.ones([1, 2]).requiresGrad_()
    autocast({}, () => {
      noGrad(() => ops.linear(x, w))
      ops.linear(x, w).sum().backward()
    })
    assert.deepEqual(w.grad?.tolist(), [[1, 1]])
  })
})
