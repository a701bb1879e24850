// Models that grow.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { liveTensors, manualSeed, noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { cosineLogits } from '../cosine-classifier.ts'
import { OpenLongTailedModel } from '../model.ts'
import { ModelConfig } from '../model-config.ts'
import type { AnnotatedImages } from './annotated-images.ts'
import { growModel } from './grow-model.ts'
import { calibrated, hallucinateClass, sharesOf } from './hallucinate-classifier.ts'
import { predictedLabels } from './recognise-features.ts'
import { parseUpdateConfig, updateModel } from './update-model.ts'

const D = 64
let model: OpenLongTailedModel

/** A model whose five classes lie on axes of their own, as a trained one's would. */
before(() => {
  manualSeed(3)
  model = new OpenLongTailedModel(
    ModelConfig.parse({ backbone: 'cifar-resnet-20', imageSize: 16, attention: 'none', reachScale: 2 }),
    5,
  )
  noGrad(() =>
    scope(() => {
      const axes = ops.eye(D).slice({ dim: 0, start: 0, end: 5 }).mul(4) // (5, D)
      model.memory.set(axes.add(1))
      model.classifier.weight.copy_(axes.sub(axes.mean([0], { keepdim: true })))
      model.metaEmbedding.hallucinator.weight.copy_(axes)
    }),
  )
  model.eval()
})
after(() => model.dispose())

/** Images of class c, flat (count, D): the class's axis, a common part, noise. */
function imagesOf(label: number, count: number, seed: number): Float32Array {
  manualSeed(seed)
  return scope(() => {
    const x = ops.randn([count, D]).mul(0.3).add(1) // (count, D)
    x.select(1, label).add_(4)
    return x.toArray() as Float32Array
  })
}

function annotated(labels: readonly number[], each: number): AnnotatedImages {
  const newClasses = [...new Set(labels)].filter((label) => label >= 5).map((label) => `class ${label}`)
  const parts = labels.map((label) => imagesOf(label, each, label))
  const features = new Float32Array(labels.length * each * D)
  parts.forEach((part, i) => {
    features.set(part, i * each * D)
  })
  return {
    features,
    labels: Int32Array.from({ length: labels.length * each }, (_, i) => labels[Math.floor(i / each)]),
    energies: new Float32Array(labels.length * each).fill(1),
    newClasses,
  }
}

const accuracy = (of: OpenLongTailedModel, label: number): number => {
  const found = predictedLabels(of, imagesOf(label, 50, 100 + label))
  return found.filter((each) => each === label).length / 50
}

test('the shares of images follow their scores, are positive and sum to 1, also where all scores are 0 or infinite', () => {
  assert.deepEqual([...sharesOf([1, 3], 'score')], [0.25, 0.75])
  assert.deepEqual([...sharesOf([1, 3], 'uniform')], [0.5, 0.5])
  for (const scores of [
    [0, 0],
    [-1, -5],
    [Number.POSITIVE_INFINITY, Number.NaN],
  ])
    assert.deepEqual([...sharesOf(scores, 'score')], [0.5, 0.5])
  assert.deepEqual([...sharesOf([7], 'score')], [1])
})

test('hallucinated weights are the weighted mean of squashed meta-embeddings, the centroid the plain mean of features', () => {
  scope(() => {
    const x = tensor(imagesOf(5, 3, 1), { shape: [3, D] }) // (3, D)
    const { weight, centroid } = hallucinateClass(model, x, [1, 2, 1], 'score')
    const { meta } = model.recognise(x)
    const squashed = meta.div(meta.linalgVectorNorm({ dim: [1], keepdim: true }).add(1)) // (3, D)
    const expected = squashed.mul(tensor([[0.25], [0.5], [0.25]])).sum([0]) // (D,)
    close(weight, expected)
    close(centroid, x.mean([0]))
  })
})

test('calibrated weights have length 1, the old ones share of the common direction, and no other change of direction', () => {
  scope(() => {
    const raw = ops.rand([4, D]) // (4, D)
    const found = calibrated(model, raw) // (4, D)
    close(found.linalgVectorNorm({ dim: [1] }), ops.ones([4]))
    const { meta } = model.recognise(model.memory.centroids.detach())
    const unit = (x: Tensor) => x.div(x.linalgVectorNorm({ dim: [-1], keepdim: true }))
    const common = unit(unit(meta).mean([0])) // (D,)
    const share = unit(model.classifier.weight).mv(common).mean().item()
    close(found.mv(common), ops.ones([4]).mul(share))
    const own = (x: Tensor) => unit(x.sub(x.mv(common).unsqueeze(1).mul(common)))
    close(own(found), own(raw))
  })
})

test('a model that grows by nothing is the same; by classes, its old logits stay what they were', () => {
  scope(() => {
    const x = tensor(imagesOf(2, 4, 9), { shape: [4, D] })
    const same = growModel(model, [])
    assert.deepEqual(same.recognise(x).logits.tolist(), model.recognise(x).logits.tolist())
    same.dispose()
    const grown = growModel(model, [
      hallucinateClass(model, tensor(imagesOf(6, 3, 1), { shape: [3, D] }), [1, 1, 1], 'uniform'),
    ])
    assert.equal(grown.classes, 6)
    const { meta, logits } = grown.recognise(x)
    close(
      logits.slice({ dim: 1, start: 0, end: 5 }),
      cosineLogits(meta, model.classifier.weight, model.config.cosineScale),
    )
    grown.dispose()
  })
})

test('new classes are recognised after the update, and the old ones still are', () => {
  const updated = updateModel(model, annotated([5, 6, 0], 6), [50, 40, 30, 20, 10], parseUpdateConfig({}))
  for (const label of [5, 6])
    assert.ok(accuracy(updated, label) > 0.9, `class ${label}: ${accuracy(updated, label)}`)
  for (let label = 0; label < 5; label++)
    assert.ok(accuracy(updated, label) > 0.9, `class ${label}: ${accuracy(updated, label)}`)
  updated.dispose()
})

test('a class with a single answer is taken in', () => {
  const updated = updateModel(model, annotated([5], 1), [1, 1, 1, 1, 1], parseUpdateConfig({}))
  assert.ok(accuracy(updated, 5) > 0.9)
  updated.dispose()
})

test('answers of known classes move their centroid to the mean of old and new images, and no other', () => {
  const images = annotated([2], 10)
  const updated = updateModel(model, images, [9, 9, 30, 9, 9], parseUpdateConfig({}))
  scope(() => {
    const old = model.memory.centroids.select(0, 2)
    const mean = tensor(images.features, { shape: [10, D] }).mean([0])
    close(updated.memory.centroids.select(0, 2), old.mul(30 / 40).add(mean.mul(10 / 40)))
    for (const label of [0, 1, 3, 4])
      assert.deepEqual(
        updated.memory.centroids.select(0, label).tolist(),
        model.memory.centroids.select(0, label).tolist(),
      )
  })
  updated.dispose()
})

test('frozen old weights do not move, a small rate moves them less than a full one', () => {
  const moved = (oldRate: number): number => {
    const updated = updateModel(
      model,
      annotated([5, 0], 8),
      [9, 9, 9, 9, 9],
      parseUpdateConfig({ refinement: { oldRate } }),
    )
    const distance = scope(() =>
      updated.classifier.weight
        .slice({ dim: 0, start: 0, end: 5 })
        .sub(model.classifier.weight)
        .norm()
        .item(),
    )
    updated.dispose()
    return distance
  }
  assert.equal(moved(0), 0)
  assert.ok(moved(0.1) > 0 && moved(0.1) < moved(1))
})

test('shown the centroids of old classes, an update of new images alone costs the old ones less', () => {
  const changed = (rehearsal: boolean): number => {
    const settings = parseUpdateConfig({ refinement: { rehearsal, oldRate: 1, lr: 0.1 } })
    const updated = updateModel(model, annotated([5, 6], 3), [9, 9, 9, 9, 9], settings)
    const loss = scope(() => {
      const { logits } = updated.recognise(
        updated.memory.centroids.detach().slice({ dim: 0, start: 0, end: 5 }),
      ) // (5, 7)
      return logits.softmax(1).diagonal().log().mean().neg().item()
    })
    updated.dispose()
    return loss
  }
  assert.ok(changed(true) < changed(false), `${changed(true)} with, ${changed(false)} without`)
})

test('the update leaves the extractor, the selector and the given model as they are, and no tensor behind', () => {
  const before = model.classifier.weight.tolist()
  const live = liveTensors()
  const updated = updateModel(model, annotated([5], 4), [9, 9, 9, 9, 9], parseUpdateConfig({}))
  const old = model.backbone.stateDict()
  for (const [key, value] of updated.backbone.stateDict())
    assert.deepEqual(value.toArray(), old.get(key)!.toArray(), key)
  assert.deepEqual(
    updated.metaEmbedding.conceptSelector.weight.tolist(),
    model.metaEmbedding.conceptSelector.weight.tolist(),
  )
  updated.dispose()
  assert.equal(liveTensors(), live)
  assert.deepEqual(model.classifier.weight.tolist(), before)
})

test('the same answers and seed give the same bits', () => {
  const weights = () => {
    const updated = updateModel(
      model,
      annotated([5, 6, 1], 5),
      [9, 9, 9, 9, 9],
      parseUpdateConfig({ seed: 4 }),
    )
    const bits = updated.classifier.weight.tolist()
    updated.dispose()
    return bits
  }
  assert.deepEqual(weights(), weights())
})

test('features, labels and classes that do not fit together are refused', () => {
  const good = annotated([5], 2)
  const update = (change: Partial<AnnotatedImages>) => () =>
    updateModel(model, { ...good, ...change }, [9, 9, 9, 9, 9], parseUpdateConfig({}))
  assert.throws(update({ labels: Int32Array.of(5) }), /annotated: expected 64 feature values and one energy/)
  assert.throws(update({ labels: Int32Array.of(5, 9) }), /labels\[1\]: expected 0 to 5/)
  assert.throws(update({ newClasses: ['a', 'b'] }), /at least one image of every new class, got \["b"\]/)
  assert.throws(() => parseUpdateConfig({ refinment: {} }), /refinement/)
})

function close(found: Tensor, expected: Tensor): void {
  const error = found.sub(expected).abs().max().item()
  assert.ok(error < 1e-5, `differs by ${error}`)
}
