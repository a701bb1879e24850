import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DisposedError,
  keep,
  liveTensors,
  noGrad,
  ops,
  scope,
  type Tensor,
  TorchError,
  tensor,
} from '@oltr/torch'
import { BatchNorm2d, Conv2d, Linear, Module, Parameter, Sequential } from '@oltr/torch/nn'

class Block extends Module {
  readonly conv1 = new Conv2d(2, 2, 1, { bias: false })
  readonly batchNorm1 = new BatchNorm2d(2)
}

class Network extends Module {
  readonly layer1 = new Sequential()
  readonly blocks = [new Block(), new Block()]
  readonly fcHallucinator = new Linear(2, 3)
  readonly centroidMean: Tensor = keep(ops.zeros([3]))
  readonly depth = 2
  readonly absent = null
  readonly #scratch = keep(ops.zeros([1]))

  override dispose(): void {
    this.#scratch.dispose()
    super.dispose()
  }
}

const KEYS = [
  ...[0, 1].flatMap((i) => [
    `blocks.${i}.conv1.weight`,
    ...['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'].map(
      (key) => `blocks.${i}.batch_norm1.${key}`,
    ),
  ]),
  'fc_hallucinator.weight',
  'fc_hallucinator.bias',
  'centroid_mean',
]

test('state keys are the property names in snake case, in the order of definition, without private tensors', () => {
  const network = new Network()
  assert.deepEqual([...network.stateDict().keys()], KEYS)
  assert.deepEqual(
    network.namedBuffers().map(([key]) => key),
    KEYS.filter((key) => /running|tracked|mean$/.test(key)),
  )
  assert.deepEqual(
    network.namedChildren().map(([key]) => key),
    ['layer1', 'blocks.0', 'blocks.1', 'fc_hallucinator'],
  )
  network.dispose()
})

test('layers of a sequential are named by their positions', () => {
  const network = new Sequential(new Linear(2, 2, { bias: false }), new Sequential(new Linear(2, 1)))
  assert.deepEqual([...network.stateDict().keys()], ['0.weight', '1.0.weight', '1.0.bias'])
  network.dispose()
})

test('a shared layer is listed once as parameters and under each name in the state', () => {
  const shared = new Linear(2, 2, { bias: false })
  const network = new Sequential(shared, shared)
  assert.deepEqual(
    network.namedParameters().map(([key]) => key),
    ['0.weight'],
  )
  assert.deepEqual([...network.stateDict().keys()], ['0.weight', '1.weight'])
  network.dispose()
})

test('a loaded state is copied: the source may be freed, the parameters keep their identity', () => {
  const [source, target] = [new Network(), new Network()]
  const weight = target.fcHallucinator.weight
  const before = liveTensors()
  target.loadStateDict(source.stateDict())
  assert.equal(liveTensors(), before)
  for (const [key, value] of source.stateDict()) {
    assert.deepEqual(target.stateDict().get(key)!.toArray(), value.toArray(), key)
  }
  source.dispose()
  assert.equal(target.fcHallucinator.weight, weight)
  assert.ok(weight.requiresGrad && weight.toArray().length === 6)
  target.dispose()
})

test('a strict load names everything that is missing, unexpected or misshapen, and changes nothing', () => {
  const network = new Network()
  scope(() => {
    const state = new Map(network.stateDict())
    const untouched = network.centroidMean.toArray()
    state.set('centroid_mean', ops.ones([3]))
    state.delete('blocks.1.conv1.weight')
    state.set('head.weight', ops.ones([1]))
    state.set('fc_hallucinator.weight', ops.ones([7, 2]))
    assert.throws(
      () => network.loadStateDict(state),
      (error: Error) =>
        error instanceof TorchError &&
        /missing: blocks\.1\.conv1\.weight/.test(error.message) &&
        /unexpected: head\.weight/.test(error.message) &&
        /fc_hallucinator\.weight has shape \[7,2\], the module needs \[3,2\]/.test(error.message),
    )
    assert.throws(() => network.loadStateDict(state, { strict: false }), /has shape \[7,2\]/)
    assert.deepEqual(network.centroidMean.toArray(), untouched)

    state.delete('fc_hallucinator.weight')
    assert.deepEqual(network.loadStateDict(state, { strict: false }), {
      missing: ['blocks.1.conv1.weight', 'fc_hallucinator.weight'],
      unexpected: ['head.weight'],
    })
    assert.deepEqual(network.centroidMean.tolist(), [1, 1, 1])
  })
  network.dispose()
})

test('a checkpoint without batch counters still loads strictly', () => {
  const network = new Network()
  const state = new Map([...network.stateDict()].filter(([key]) => !key.endsWith('num_batches_tracked')))
  assert.deepEqual(network.loadStateDict(state), { missing: [], unexpected: [] })
  network.dispose()
})

test('train and eval reach every module', () => {
  const network = new Network()
  assert.ok(
    network
      .eval()
      .modules()
      .every((module) => !module.training),
  )
  assert.ok(
    network
      .train()
      .modules()
      .every((module) => module.training),
  )
  assert.equal(network.modules().length, 9)
  network.dispose()
})

test('freezing stops gradients and leaves batch norm in its mode; unfreezing undoes it', () => {
  const network = new Network().train()
  network.freeze()
  assert.ok(network.parameters().every((parameter) => !parameter.requiresGrad))
  assert.ok(network.blocks[0].batchNorm1.training)
  network.unfreeze()
  assert.ok(network.parameters().every((parameter) => parameter.requiresGrad))
  network.dispose()
})

test('moving to another dtype and layout keeps parameters themselves and leaves counters alone', () => {
  const network = new Network()
  const { weight } = network.blocks[0].conv1
  const values = weight.toArray()
  const before = liveTensors()
  network.to({ dtype: 'float64', memoryFormat: 'channels_last' })
  assert.equal(liveTensors(), before)
  assert.equal(network.blocks[0].conv1.weight, weight)
  assert.equal(weight.dtype, 'float64')
  assert.ok(weight.requiresGrad)
  assert.deepEqual([...weight.toArray()], [...values])
  assert.equal(network.blocks[0].batchNorm1.runningMean!.dtype, 'float64')
  assert.equal(network.blocks[0].batchNorm1.numBatchesTracked!.dtype, 'int64')
  scope(() => {
    const output = network.blocks[0].conv1.forward(ops.ones([1, 2, 3, 3], { dtype: 'float64' }))
    output.sum().backward()
    assert.equal(weight.grad!.dtype, 'float64')
  })
  network.dispose()
})

test('a disposed module has given back all it held', () => {
  const before = liveTensors()
  const network = new Network()
  scope(() =>
    network.fcHallucinator
      .forward(ops.ones([1, 2]))
      .sum()
      .backward(),
  )
  network.dispose()
  assert.equal(liveTensors(), before)
  assert.throws(() => network.fcHallucinator.weight.shape, DisposedError)
})

test('a parameter takes over its tensor and outlives the scope it was made in', () => {
  const { parameter, taken } = scope(() => {
    const taken = tensor([1, 2])
    const made = { parameter: null as Parameter | null, taken }
    made.parameter = new Parameter(taken)
    return { parameter: () => made.parameter!, taken }
  })
  assert.ok(taken.disposed)
  assert.deepEqual(parameter().tolist(), [1, 2])
  assert.ok(parameter().requiresGrad)
  parameter().dispose()
})

test('a parameter made of a computed tensor is a leaf', () => {
  scope(() => {
    const source = tensor([1, 2], { requiresGrad: true })
    const parameter = new Parameter(source.mul(3))
    parameter.sum().backward()
    assert.deepEqual(parameter.grad!.tolist(), [1, 1])
    assert.equal(source.grad, null)
    noGrad(() => parameter.add_(1))
    parameter.dispose()
  })
})
