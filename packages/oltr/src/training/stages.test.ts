// One step of each stage: what it changes, what it leaves alone, and that it frees what it makes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTensors, manualSeed, noGrad, ops, tensor } from '@oltr/torch'
import type { Module } from '@oltr/torch/nn'
import { CifarResNet } from '../backbones/cifar-resnet.ts'
import { OpenLongTailedModel } from '../model.ts'
import { PlainModel } from '../plain-model.ts'
import type { RunConfig } from '../run-config.ts'
import { memoryStage } from './memory-stage.ts'
import { plainStage } from './plain-stage.ts'
import { type Stage, startEpoch, type TrainingBatch } from './stage.ts'
import { tinyConfig } from './tiny-run.fixture.ts'

const CLASSES = 3

function batch(): TrainingBatch {
  return { images: ops.randn([6, 3, 16, 16]), labels: tensor([0, 1, 2, 0, 1, 2], { dtype: 'int64' }) }
}

/** Settings under which a step moves a weight by rate x gradient, no more. */
function settings(change: (config: RunConfig) => void = () => {}): RunConfig {
  return tinyConfig((config) => {
    for (const stage of [config.stage1, config.stage2])
      Object.assign(stage.optimiser, { momentum: 0, weightDecay: 0 })
    change(config)
  })
}

function plainWith(config: RunConfig): Stage & { model: PlainModel } {
  manualSeed(1)
  const model = new PlainModel(config.model, CLASSES, new CifarResNet({ blocksPerStage: 1, width: 4 }))
  return plainStage(model, config, 'float32') as Stage & { model: PlainModel }
}

function memoryWith(config: RunConfig): Stage & { model: OpenLongTailedModel } {
  manualSeed(1)
  const model = new OpenLongTailedModel(
    config.model,
    CLASSES,
    new CifarResNet({ blocksPerStage: 1, width: 4 }),
  )
  return memoryStage(model, config, 'float32') as Stage & { model: OpenLongTailedModel }
}

/** Every number of a module, by name. */
function snapshot(module: Module): Map<string, Float32Array> {
  return new Map(
    [...module.stateDict()].map(([key, value]) => [
      key,
      Float32Array.from(value.toArray() as Float32Array, Number),
    ]),
  )
}

/** Names whose numbers differ. */
function changed(before: Map<string, Float32Array>, after: Map<string, Float32Array>): string[] {
  return [...before.keys()].filter((key) => before.get(key)!.some((value, i) => value !== after.get(key)![i]))
}

/** Length of the way that the named tensors went. */
function distance(
  before: Map<string, Float32Array>,
  after: Map<string, Float32Array>,
  names: string[],
): number {
  let sum = 0
  for (const name of names) {
    for (const [i, value] of after.get(name)!.entries()) sum += (value - before.get(name)![i]!) ** 2
  }
  return Math.sqrt(sum)
}

const isStatistic = (name: string): boolean => /running_|num_batches/.test(name)

test('stage 1 trains every parameter and moves every statistic', () => {
  const stage = plainWith(settings())
  startEpoch(stage, 0)
  const before = snapshot(stage.model)
  const { loss, accuracy } = stage.step(batch())
  assert.ok(loss > 0 && Number(accuracy) >= 0 && Number(accuracy) <= 1)
  assert.deepEqual(changed(before, snapshot(stage.model)), [...before.keys()])
})

test('stage 2 trains everything but the reach scale, which is a measurement', () => {
  const stage = memoryWith(settings())
  noGrad(() => stage.model.memory.centroids.normal_())
  startEpoch(stage, 0)
  const before = snapshot(stage.model)
  const result = stage.step(batch())
  assert.ok(Number.isFinite(result.largeMargin) && Number(result.reachability) > 0)
  // The attention starts as the identity: its inner layers have a gradient once the outer one has moved.
  for (let i = 0; i < 2; i++) stage.step(batch())
  const moved = new Set(changed(before, snapshot(stage.model)))
  assert.deepEqual(
    [...before.keys()].filter((key) => !moved.has(key)),
    ['meta_embedding.reachability.scale'],
  )
})

test('a frozen backbone keeps its weights, and its batch statistics still move', () => {
  const stage = memoryWith(
    settings((config) => {
      config.stage2.freezeBackbone = true
    }),
  )
  startEpoch(stage, 0)
  const before = snapshot(stage.model.backbone)
  const classifier = snapshot(stage.model.classifier)
  stage.step(batch())
  const moved = changed(before, snapshot(stage.model.backbone))
  assert.deepEqual(moved, [...before.keys()].filter(isStatistic))
  assert.ok(moved.length > 0)
  assert.ok(changed(classifier, snapshot(stage.model.classifier)).length > 0)
})

test('clipGradNorm bounds the step of all parameters together, in both stages', () => {
  const clip = 1e-3
  const config = settings(({ stage1, stage2 }) => {
    Object.assign(stage1.optimiser, { clipGradNorm: clip })
    Object.assign(stage2.optimiser, { clipGradNorm: clip })
    stage1.learningRate = { backbone: 1, classifier: 1 }
    stage2.learningRate = { backbone: 1, head: 1 }
  })
  for (const stage of [plainWith(config), memoryWith(config)]) {
    startEpoch(stage, 0)
    const before = snapshot(stage.model)
    stage.step(batch())
    const after = snapshot(stage.model)
    // The centroids follow Eq. 1 with a rate of their own.
    const trained = [...before.keys()].filter((name) => !isStatistic(name) && name !== 'memory.centroids')
    const length = distance(before, after, trained)
    assert.ok(Math.abs(length - clip) < 0.02 * clip, `${stage.name}: ${length}`)
  }
})

test('rates: backbone and head each have their own, and the schedule multiplies all, the centroids’ too', () => {
  const config = settings(({ stage2 }) => {
    stage2.schedule = { kind: 'step', stepSize: 1, gamma: 0.1 }
  })
  const stage = memoryWith(config)
  const rates = (): number[] => stage.optimisers.flatMap(({ groups }) => groups.map(({ lr }) => lr))
  startEpoch(stage, 0)
  assert.deepEqual(rates(), [0.005, 0.05, 0.01])
  startEpoch(stage, 1)
  for (const [i, rate] of rates().entries()) assert.ok(Math.abs(rate - [0.0005, 0.005, 0.001][i]!) < 1e-12)
})

test('a step leaves as many live tensors as it found, once momentum exists', () => {
  const config = tinyConfig()
  for (const stage of [plainWith(config), memoryWith(config)]) {
    startEpoch(stage, 0)
    const given = batch()
    stage.step(given)
    const live = liveTensors()
    for (let i = 0; i < 3; i++) stage.step(given)
    assert.equal(liveTensors(), live, stage.name)
  }
})
