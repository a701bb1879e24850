import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualSeed, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { assertClose, tensorOf } from '../../../parity/compare.ts'
import { readGolden } from '../../../parity/read-golden.ts'
import { CosineClassifier } from './cosine-classifier.ts'
import { MetaEmbedding } from './meta-embedding.ts'
import { VisualMemory } from './visual-memory.ts'

const [CLASSES, DIMENSION] = [7, 5]

const SWITCHES = {
  full: { memory: true, conceptSelector: true, calibrator: true },
  no_memory: { memory: false, conceptSelector: true, calibrator: true },
  no_selector: { memory: true, conceptSelector: false, calibrator: true },
  no_calibrator: { memory: true, conceptSelector: true, calibrator: false },
}

for (const [name, ablation] of Object.entries(SWITCHES)) {
  test(`${name}: the head agrees with the literal (B, K, D) formulation, forward and backward`, () => {
    const golden = readGolden('model-head.safetensors')
    const load = (key: string): Tensor => tensorOf(golden.get(key)!)
    const head = new MetaEmbedding({ classes: CLASSES, dimension: DIMENSION, ablation })
    const classifier = new CosineClassifier(DIMENSION, CLASSES)
    const memory = new VisualMemory(CLASSES, DIMENSION)
    scope(() => {
      head.hallucinator.loadStateDict(
        new Map([
          ['weight', load('param.hallucinator.weight')],
          ['bias', load('param.hallucinator.bias')],
        ]),
      )
      head.conceptSelector.loadStateDict(
        new Map([
          ['weight', load('param.concept_selector.weight')],
          ['bias', load('param.concept_selector.bias')],
        ]),
      )
      classifier.loadStateDict(new Map([['weight', load('param.weight')]]))
      memory.set(load('centroids'))
      const x = load('x').requiresGrad_()
      const out = head.forward(x, memory)
      const logits = classifier.forward(out.meta)
      logits.backward(load('upstream'))
      const expect = (actual: Tensor, key: string): void =>
        assertClose(actual, golden.get(`${name}.${key}`)!, key)
      expect(logits, 'logits')
      expect(out.meta, 'meta')
      expect(out.memory, 'memory')
      expect(out.reachability, 'reachability')
      expect(out.nearest, 'nearest')
      expect(memory.distances(x), 'distances')
      if (ablation.memory) expect(out.infused, 'infused')
      expect(x.grad!, 'grad_x')
      expect(classifier.weight.grad!, 'grad.weight')
      if (ablation.memory) expect(head.hallucinator.weight.grad!, 'grad.hallucinator.weight')
      if (ablation.memory) expect(head.hallucinator.bias!.grad!, 'grad.hallucinator.bias')
      if (ablation.memory && ablation.conceptSelector) {
        expect(head.conceptSelector.weight.grad!, 'grad.concept_selector.weight')
        expect(head.conceptSelector.bias!.grad!, 'grad.concept_selector.bias')
      }
      assert.equal(memory.centroids.grad, null) // cross-entropy does not move the memory
    })
  })
}

/** The largest difference between autograd and central differences of a scalar function of x, in float64. */
function gradientError(x: Tensor, f: (x: Tensor) => Tensor): number {
  const leaf = x.detach().clone().requiresGrad_()
  f(leaf).backward()
  const [values, found] = [x.toArray() as Float64Array, leaf.grad!.toArray() as Float64Array]
  const step = 1e-6
  const at = (i: number, delta: number): number =>
    scope(() =>
      f(
        tensor(
          values.map((value, j) => (j === i ? value + delta : value)),
          { shape: x.shape },
        ),
      ).item(),
    )
  const errors = Array.from(values, (_, i) => Math.abs((at(i, step) - at(i, -step)) / (2 * step) - found[i]))
  return Math.max(...errors)
}

test('gradients of the whole head agree with finite differences in float64', () => {
  manualSeed(5)
  const head = new MetaEmbedding({ classes: 4, dimension: 3 }).to({ dtype: 'float64' })
  const classifier = new CosineClassifier(3, 4).to({ dtype: 'float64' })
  const memory = new VisualMemory(4, 3).to({ dtype: 'float64' })
  scope(() => {
    memory.randomise()
    const weights = ops.randn([5, 4], { dtype: 'float64' })
    const x = ops.randn([5, 3], { dtype: 'float64' })
    const error = gradientError(x, (y) => classifier.forward(head.forward(y, memory).meta).mul(weights).sum())
    assert.ok(error < 1e-6, `logits: ${error}`)
    const distanceError = gradientError(x, (y) => memory.distances(y).mul(weights).sum())
    assert.ok(distanceError < 1e-6, `distances: ${distanceError}`)
  })
})

function allFinite(value: Tensor): boolean {
  return value.isfinite().all().item() === 1
}

test('zero features, features on a centroid and identical centroids give finite logits and gradients', () => {
  manualSeed(6)
  const classifier = new CosineClassifier(3, 4)
  const head = new MetaEmbedding({ classes: 4, dimension: 3 })
  const memory = new VisualMemory(4, 3)
  scope(() => {
    const centroids: [string, Tensor][] = [
      ['zero centroids', ops.zeros([4, 3])],
      ['identical centroids', ops.ones([4, 3])],
      ['distinct centroids', ops.randn([4, 3])],
    ]
    for (const [name, values] of centroids) {
      memory.set(values)
      const x = ops.cat([ops.zeros([1, 3]), ops.ones([1, 3]), values.narrow(0, 2, 1)]).requiresGrad_()
      const out = head.forward(x, memory)
      const logits = classifier.forward(out.meta)
      logits.sum().add(memory.distances(x).sum()).backward()
      assert.ok(allFinite(logits), name)
      assert.ok(allFinite(x.grad!), name)
      assert.ok(allFinite(classifier.weight.grad!), name)
      assert.ok(logits.abs().max().item() <= 16, name)
      for (const parameter of [...head.parameters(), classifier.weight]) parameter.grad = null
    }
  })
})

test('of identical centroids the first is the nearest', () => {
  const memory = new VisualMemory(3, 2)
  scope(() => {
    memory.set(
      tensor([
        [1, 1],
        [1, 1],
        [5, 5],
      ]),
    )
    const { index, distance } = memory.nearest(
      tensor([
        [1, 2],
        [5, 4],
      ]),
    )
    assert.deepEqual(index.tolist(), [0, 2])
    assert.deepEqual(distance.tolist(), [1, 1])
  })
})

test('with one class everything is defined: the memory is its centroid', () => {
  manualSeed(7)
  const head = new MetaEmbedding({ classes: 1, dimension: 3 })
  const memory = new VisualMemory(1, 3)
  scope(() => {
    memory.set(tensor([[1, 2, 3]]))
    const out = head.forward(ops.randn([2, 3]), memory)
    assert.deepEqual(out.memory.tolist(), [
      [1, 2, 3],
      [1, 2, 3],
    ])
    assert.deepEqual(out.nearest.tolist(), [0, 0])
    assert.ok(allFinite(new CosineClassifier(3, 1).forward(out.meta)))
  })
})

test('a zero embedding and a zero class weight give zero logits and finite gradients', () => {
  const classifier = new CosineClassifier(2, 2)
  scope(() => {
    classifier.loadStateDict(
      new Map([
        [
          'weight',
          tensor([
            [0, 0],
            [3, 4],
          ]),
        ],
      ]),
    )
    const v = tensor([
      [0, 0],
      [6, 8],
    ]).requiresGrad_()
    const logits = classifier.forward(v)
    const rows = logits.tolist() as number[][]
    assert.deepEqual(rows[0], [0, 0])
    assert.equal(rows[1][0], 0)
    assert.ok(Math.abs(rows[1][1] - (16 * 10) / 11) < 1e-4)
    logits.sum().backward()
    assert.ok(allFinite(v.grad!))
    assert.ok(allFinite(classifier.weight.grad!))
  })
})

test('an embedding far from all centroids is less confident than the same one near', () => {
  manualSeed(8)
  const ablation = { memory: false, conceptSelector: true, calibrator: true }
  const head = new MetaEmbedding({ classes: 3, dimension: 4, scale: 1, ablation })
  const classifier = new CosineClassifier(4, 3)
  const memory = new VisualMemory(3, 4)
  scope(() => {
    const x = ops.randn([1, 4])
    const spread = (offset: number): number => {
      memory.set(x.add(offset).expand([3, 4]))
      const logits = classifier.forward(head.forward(x, memory).meta)
      return logits.max().sub(logits.min()).item()
    }
    assert.ok(spread(100) < spread(1))
  })
})
