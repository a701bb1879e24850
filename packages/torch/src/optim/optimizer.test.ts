import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTensors, ops, scope, type Tensor, TorchError, tensor } from '@oltr/torch'
import { crossEntropy, Linear, Parameter, Relu, Sequential } from '@oltr/torch/nn'
import { Adam, AdamW, type Optimizer, type OptimizerState, SGD } from '@oltr/torch/optim'

type Make = (params: Tensor[]) => Optimizer

const KINDS: Record<string, Make> = {
  SGD: (params) => new SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4 }),
  Adam: (params) => new Adam(params, { lr: 0.01, weightDecay: 1e-4 }),
  AdamW: (params) => new AdamW(params, { lr: 0.01 }),
}

function problem(): { model: Sequential; loss: () => Tensor; inputs: Tensor[] } {
  const model = new Sequential(new Linear(4, 16), new Relu(), new Linear(16, 3))
  const x = ops.randn([24, 4])
  const labels = x.argmax({ dim: 1 }).remainder(3)
  return { model, loss: () => crossEntropy(model.forward(x), labels), inputs: [x, labels] }
}

for (const [name, make] of Object.entries(KINDS)) {
  test(`${name}: a hundred steps leave the number of live tensors where it was, and learn`, () => {
    const { model, loss, inputs } = problem()
    const optimizer = make(model.parameters())
    const step = () =>
      scope(() => {
        optimizer.zeroGrad()
        const value = loss()
        value.backward()
        optimizer.step()
        return value.item()
      })
    const first = step()
    const before = liveTensors()
    let last = first
    for (let i = 0; i < 100; i++) last = step()
    assert.equal(liveTensors(), before)
    assert.ok(last < first / 2, `the loss went from ${first} to ${last}`)
    optimizer.dispose()
    model.dispose()
    for (const input of inputs) input.dispose()
  })

  test(`${name}: continued from its saved state it takes the very steps it would have taken`, () => {
    scope(() => {
      const start = ops.randn([3, 2])
      const gradients = Array.from({ length: 6 }, () => ops.randn([3, 2]))
      const walk = (param: Parameter, optimizer: Optimizer, from: number, to: number) => {
        for (const gradient of gradients.slice(from, to)) {
          param.grad = gradient.clone()
          optimizer.step()
        }
      }
      const straight = new Parameter(start.clone())
      const whole = make([straight])
      walk(straight, whole, 0, 6)

      const first = new Parameter(start.clone())
      const stopped = make([first])
      stopped.groups[0].lr = whole.groups[0].lr
      walk(first, stopped, 0, 3)
      const { tensors, settings } = stopped.stateDict()
      const saved: OptimizerState = {
        tensors: new Map([...tensors].map(([key, value]) => [key, value.clone()])),
        settings,
      }
      const second = new Parameter(first.detach().clone())
      const resumed = make([second])
      resumed.groups[0].lr = 123
      resumed.loadStateDict(saved)
      assert.equal(resumed.groups[0].lr, whole.groups[0].lr)
      walk(second, resumed, 3, 6)
      assert.deepEqual(second.toArray(), straight.toArray())

      // Its own state can be loaded back, too.
      resumed.loadStateDict(resumed.stateDict())
      for (const optimizer of [whole, stopped, resumed]) optimizer.dispose()
      for (const param of [straight, first, second]) param.dispose()
    })
  })
}

test('the keys of the state are the index of the parameter and the name PyTorch gives the tensor', () => {
  const params = [new Parameter(tensor([1])), new Parameter(tensor([2]))]
  const adam = new Adam(params)
  scope(() => {
    params[1].grad = tensor([1])
    adam.step()
  })
  assert.deepEqual([...adam.stateDict().tensors.keys()], ['1.exp_avg', '1.exp_avg_sq'])
  assert.deepEqual(JSON.parse(adam.stateDict().settings).counters, { '1.step': 1 })
  adam.dispose()
  for (const param of params) param.dispose()
})

test('a state that does not fit is refused, and changes nothing', () => {
  scope(() => {
    const params = [new Parameter(tensor([1, 2])), new Parameter(tensor([3]))]
    const sgd = new SGD(params, { lr: 0.1, momentum: 0.9 })
    const other = new Adam(params, { lr: 0.5 })
    const { settings } = sgd.stateDict()
    const refused = (state: OptimizerState, pattern: RegExp) =>
      assert.throws(
        () => sgd.loadStateDict(state),
        (error: Error) => error instanceof TorchError && pattern.test(error.message),
      )
    refused(other.stateDict(), /the state is of Adam/)
    refused({ tensors: new Map(), settings: 'no' }, /expected its JSON text/)
    refused({ tensors: new Map(), settings: 'null' }, /expected its JSON text/)
    refused(new SGD([params[0]], { lr: 1 }).stateDict(), /groups of \[1\] parameters, this has \[2\]/)
    refused(
      { tensors: new Map([['0.momentum_buffer', tensor([1])]]), settings },
      /shape \[1\], its parameter \[2\]/,
    )
    refused({ tensors: new Map([['2.momentum_buffer', tensor([1])]]), settings }, /belongs to no parameter/)
    assert.equal(sgd.groups[0].lr, 0.1)
    for (const param of params) param.dispose()
  })
})

test('a frozen parameter stays where it is, and moves again when it is unfrozen', () => {
  scope(() => {
    const layer = new Linear(1, 1)
    const sgd = new SGD(layer.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.1 })
    const step = () => {
      layer
        .forward(ops.ones([1, 1]))
        .add(tensor([[0]], { requiresGrad: true }))
        .sum()
        .backward()
      sgd.step()
      return layer.weight.item()
    }
    const moved = step()
    layer.freeze()
    assert.equal(step(), moved)
    layer.unfreeze()
    assert.notEqual(step(), moved)
    sgd.dispose()
    layer.dispose()
  })
})

test('gradients are dropped, or zeroed in place when their memory is to stay', () => {
  scope(() => {
    const params = [new Parameter(tensor([1, 2])), new Parameter(tensor([3]))]
    const sgd = new SGD(params, { lr: 0.1 })
    params[0].grad = tensor([5, 5])
    sgd.zeroGrad({ setToNone: false })
    assert.deepEqual(params[0].grad!.tolist(), [0, 0])
    sgd.zeroGrad()
    assert.equal(params[0].grad, null)
    for (const param of params) param.dispose()
  })
})

test('missing and repeated parameters and settings out of range are refused', () => {
  scope(() => {
    const param = new Parameter(tensor([1]))
    assert.throws(() => new SGD([], { lr: 0.1 }), /at least one parameter/)
    assert.throws(() => new SGD([param, param], { lr: 0.1 }), /given twice/)
    assert.throws(() => new SGD([param], { lr: -1 }), /lr must be a finite number of at least 0, got -1/)
    assert.throws(() => new SGD([param], { lr: Number.NaN }), RangeError)
    assert.throws(() => new SGD([param], { lr: 0.1, nesterov: true }), /nesterov needs a momentum/)
    assert.throws(() => new Adam([param], { betas: [0.9, 1] }), /betas\[1\] must be from 0 to below 1/)
    param.dispose()
  })
})

test('a setting left undefined takes the default, in the options and in a group', () => {
  const param = new Parameter(tensor([1]))
  const sgd = new SGD([{ params: [param], momentum: undefined, name: 'head' }], {
    lr: 0.1,
    momentum: 0.9,
    weightDecay: undefined,
  })
  const { momentum, weightDecay, name, baseLr } = sgd.groups[0]
  assert.deepEqual(
    { momentum, weightDecay, name, baseLr },
    { momentum: 0.9, weightDecay: 0, name: 'head', baseLr: 0.1 },
  )
  assert.equal(new AdamW([param], { weightDecay: undefined }).groups[0].weightDecay, 0.01)
  param.dispose()
})
