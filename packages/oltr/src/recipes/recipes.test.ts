// The recipes hold the published numbers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scheduleOf } from '@oltr/torch/optim'
import { BACKBONE_CHANNELS } from '../backbones/names.ts'
import { parseRunConfig, type RunConfig } from '../run-config.ts'
import { recipe, recipes } from './recipes.ts'

const config = (name: string): RunConfig => parseRunConfig(recipe(name))

/** Rate of epoch 1, 2, ... of a stage for a base rate. */
function rates({ schedule, epochs }: RunConfig['stage1'], base: number): number[] {
  const factor = scheduleOf(schedule)
  return Array.from({ length: epochs }, (_, epoch) => base * factor(epoch))
}

function near(found: number, expected: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= 1e-12 * Math.max(1, expected), `${what}: ${found}, not ${expected}`)
}

for (const name of ['cifar10-lt', 'cifar100-lt']) {
  test(`${name}, stage 1: the rate of every one of 200 epochs is that of the LDAM code`, () => {
    const { stage1 } = config(name)
    const { backbone, classifier } = stage1.learningRate
    assert.equal(backbone, classifier)
    const found = rates(stage1, backbone)
    assert.equal(found.length, 200)
    found.forEach((rate, i) => {
      const epoch = i + 1
      const published =
        epoch <= 5 ? (0.1 * epoch) / 5 : epoch > 180 ? 0.1 * 0.0001 : epoch > 160 ? 0.1 * 0.01 : 0.1
      near(rate, published, `epoch ${epoch}`)
    })
    assert.equal(stage1.batchSize, 128)
    assert.deepEqual(stage1.sampler, { kind: 'shuffle' })
    assert.deepEqual(stage1.optimiser, {
      momentum: 0.9,
      nesterov: false,
      weightDecay: 2e-4,
      clipGradNorm: null,
    })
  })

  test(`${name}: ResNet-32 at true width on the exponential tail at imbalance 100`, () => {
    const { model, data } = config(name)
    assert.equal(model.backbone, 'cifar-resnet-32')
    assert.equal(BACKBONE_CHANNELS[model.backbone], 64)
    assert.equal(model.fcAdd, null)
    assert.deepEqual(data.longTail, { profile: 'exponential', imbalance: 100, seed: 0 })
  })
}

/** The authors' configuration: rates, epochs and step of both stages. */
const AUTHORS = {
  'imagenet-lt': {
    backbone: 'resnet-10',
    stage1: { backbone: 0.1, classifier: 0.1, epochs: 30, stepSize: 10 },
    stage2: { backbone: 0.01, head: 0.1, epochs: 60, stepSize: 20 },
    freezeBackbone: false,
    fcAddInStageOne: false,
  },
  'places-lt': {
    backbone: 'resnet-152',
    stage1: { backbone: 0.001, classifier: 0.1, epochs: 30, stepSize: 10 },
    stage2: { backbone: 0.0001, head: 0.01, epochs: 30, stepSize: 10 },
    freezeBackbone: true,
    fcAddInStageOne: true,
  },
} as const

for (const [name, authors] of Object.entries(AUTHORS)) {
  test(`${name}: the authors' numbers in both stages`, () => {
    const { model, stage1, stage2 } = config(name)
    assert.equal(model.backbone, authors.backbone)
    assert.equal(model.fcAdd, 512)
    assert.equal(model.fcAddInStageOne, authors.fcAddInStageOne)
    assert.equal(model.cosineScale, 16)
    assert.equal(model.reachScale, 10)
    assert.deepEqual(model.centroids, {
      rule: 'code',
      alpha: 0.5,
      lr: 0.01,
      momentum: 0.9,
      weightDecay: 5e-4,
    })
    assert.equal(stage2.freezeBackbone, authors.freezeBackbone)
    const { epochs: first, stepSize: firstStep, ...firstRates } = authors.stage1
    const { epochs: second, stepSize: secondStep, ...secondRates } = authors.stage2
    assert.deepEqual(stage1.learningRate, firstRates)
    assert.deepEqual(stage2.learningRate, secondRates)
    assert.deepEqual([stage1.epochs, stage2.epochs], [first, second])
    assert.deepEqual(stage1.schedule, { kind: 'step', stepSize: firstStep, gamma: 0.1 })
    assert.deepEqual(stage2.schedule, { kind: 'step', stepSize: secondStep, gamma: 0.1 })
    assert.deepEqual(stage1.sampler, { kind: 'shuffle' })
    assert.deepEqual(stage2.sampler, { kind: 'class-aware', perClass: 4 })
    for (const { batchSize, optimiser } of [stage1, stage2]) {
      assert.equal(batchSize, 128)
      assert.deepEqual(optimiser, { momentum: 0.9, nesterov: false, weightDecay: 5e-4, clipGradNorm: null })
    }
  })
}

for (const name of Object.keys(recipes)) {
  test(`${name}: every rate is above 0 until the last epoch, and the model sees the size that the data have`, () => {
    const { stage1, stage2, model, data } = config(name)
    for (const stage of [stage1, stage2] as const)
      assert.ok(rates(stage as RunConfig['stage1'], 1).every((rate) => rate > 0 && rate <= 1))
    assert.equal(model.imageSize, data.imageSize)
  })
}
