import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keep, liveBytes, manualSeed, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { SGD } from '@oltr/torch/optim'
import { assertClose, tensorOf } from '../../../parity/compare.ts'
import { readGolden } from '../../../parity/read-golden.ts'
import { ClassMeans } from './class-means.ts'
import { largeMargin } from './losses/large-margin.ts'
import { CentroidConfig, LargeMarginConfig } from './model-config.ts'
import { centroidSgd, VisualMemory } from './visual-memory.ts'

for (const rule of ['code', 'centerloss'] as const) {
  test(`six steps of the centroid rule '${rule}' agree with PyTorch`, () => {
    const golden = readGolden('model-centroids.safetensors')
    const memory = new VisualMemory(5, 6, rule)
    const optimiser = new SGD([memory.centroids], centroidSgd(CentroidConfig.parse({ rule })))
    scope(() => {
      memory.set(tensorOf(golden.get('start')!))
      const [features, labels] = [tensorOf(golden.get('features')!), tensorOf(golden.get('labels')!)]
      const history: Tensor[] = []
      for (let step = 0; step < 6; step++) {
        const [x, y] = [features.select(0, step), labels.select(0, step)] // (B, D), (B,)
        optimiser.zeroGrad()
        if (rule === 'code') largeMargin(x, y, memory.centroids, LargeMarginConfig.parse({})).backward()
        memory.accumulateGradient(x, y)
        optimiser.step()
        history.push(memory.centroids.detach().clone())
      }
      assertClose(ops.stack(history), golden.get(rule)!, 'centroids after each step')
    })
  })
}

test('the displacement of a batch is that of its parts, summed over ranks', () => {
  manualSeed(3)
  const memory = new VisualMemory(4, 3)
  scope(() => {
    memory.randomise()
    const x = ops.randn([10, 3])
    const labels = tensor([0, 1, 1, 3, 0, 0, 2, 1, 3, 0], { dtype: 'int64' })
    const whole = memory.displacement(x, labels)
    // Two ranks in one process: the second rank's sums are collected first, then added where the first one reduces.
    const others: Tensor[] = []
    memory.displacement(x.narrow(0, 6, 4), labels.narrow(0, 6, 4), (part) => others.push(keep(part.clone())))
    const merged = memory.displacement(x.narrow(0, 0, 6), labels.narrow(0, 0, 6), (part) =>
      part.add_(others.shift()!),
    )
    assert.ok(whole.sub(merged).abs().max().item() < 1e-6)
  })
})

test('a class without images in the batch does not move', () => {
  const memory = new VisualMemory(3, 2)
  scope(() => {
    memory.set(
      tensor([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    )
    const delta = memory.displacement(
      tensor([
        [0, 0],
        [1, 0],
      ]),
      tensor([1, 1], { dtype: 'int64' }),
    )
    assert.deepEqual(delta.tolist(), [[0, 0], [1, 4 / 3].map(Math.fround), [0, 0]])
  })
})

test('8,142 classes: nearest, distances and repulsion never build a tensor of B x K x D', () => {
  manualSeed(4)
  const [batch, classes, dimension] = [32, 8142, 64]
  const memory = new VisualMemory(classes, dimension)
  memory.randomise()
  let largest = 0
  scope(() => {
    const x = ops.randn([batch, dimension]).requiresGrad_()
    const labels = ops.randint(classes, [batch], { dtype: 'int64' })
    const before = liveBytes()
    const { distance } = memory.nearest(x)
    const loss = largeMargin(x, labels, memory.centroids, LargeMarginConfig.parse({}))
    const all = memory.distances(x)
    distance.sum().add(loss).add(all.mean()).backward()
    largest = liveBytes() - before
    assert.ok(all.min(1, {})[0].sub(distance).abs().max().item() < 1e-4)
  })
  // Everything still alive together, gradients of x and of the memory included: a quarter of one (B, K, D) tensor.
  assert.ok(largest < batch * classes * dimension, `${largest} bytes`)
})

test('class means merge over ranks, and a class without images gets the mean of the others', () => {
  manualSeed(5)
  scope(() => {
    const x = ops.randn([6, 3])
    const labels = tensor([0, 2, 2, 0, 2, 0], { dtype: 'int64' })
    const whole = new ClassMeans(4, 3)
    whole.add(x, labels)
    const [first, second] = [new ClassMeans(4, 3), new ClassMeans(4, 3)]
    first.add(x.narrow(0, 0, 2), labels.narrow(0, 0, 2))
    second.add(x.narrow(0, 2, 4), labels.narrow(0, 2, 4))
    second.merge(first)
    const means = whole.means()
    assert.deepEqual(second.means().tolist(), means.tolist())
    assert.equal(means.dtype, 'float32')
    const [zero, one, two, three] = means.tolist() as number[][]
    assert.deepEqual(one, three)
    for (const d of [0, 1, 2]) assert.ok(Math.abs(one[d] - (zero[d] + two[d]) / 2) < 1e-6)
    assert.deepEqual(new ClassMeans(2, 2).means().tolist(), [
      [0, 0],
      [0, 0],
    ])
    for (const part of [whole, first, second]) part.dispose()
  })
})
