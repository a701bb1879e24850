import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LargeMarginConfig, largeMarginConstants, ModelConfig } from './model-config.ts'

test("the empty configuration is the authors' code on ImageNet-LT, without the extra layer", () => {
  const config = ModelConfig.parse({})
  assert.equal(config.backbone, 'resnet-10')
  assert.equal(config.attention, 'modulated')
  assert.equal(config.reachScale, 10)
  assert.equal(config.cosineScale, 16)
  assert.deepEqual(config.hallucinator, { activation: 'softmax', init: 'stage1' })
  assert.deepEqual(config.centroids, { rule: 'code', alpha: 0.5, lr: 0.01, momentum: 0.9, weightDecay: 5e-4 })
  assert.equal(config.largeMargin.form, 'code')
})

test('weight and margin follow the form unless they are set', () => {
  const constants = (input: object): object => largeMarginConstants(LargeMarginConfig.parse(input))
  assert.deepEqual(constants({}), { weight: 0.01, margin: 10 })
  assert.deepEqual(constants({ form: 'mean-hinge' }), { weight: 0.1, margin: 5 })
  assert.deepEqual(constants({ form: 'mean-hinge', weight: 0, margin: 2 }), { weight: 0, margin: 2 })
})

test('what is stored with a run parses to itself', () => {
  const config = ModelConfig.parse({
    backbone: 'cifar-resnet-32',
    imageSize: 32,
    reachScale: 'mean-distance',
  })
  assert.deepEqual(ModelConfig.parse(JSON.parse(JSON.stringify(config))), config)
})

test('unknown keys, impossible values and a hallucinator that cannot fit are refused by path', () => {
  const pathOf = (input: object): string => {
    const result = ModelConfig.safeParse(input)
    assert.equal(result.success, false)
    return result.error!.issues[0].path.join('.')
  }
  assert.equal(pathOf({ backbone: 'resnet-12' }), 'backbone')
  assert.equal(pathOf({ reachScale: -1 }), 'reachScale')
  assert.equal(pathOf({ centroids: { momentum: 1 } }), 'centroids.momentum')
  assert.equal(pathOf({ backbone: 'resnet-50', fcAdd: 512 }), 'hallucinator.init')
  assert.equal(ModelConfig.safeParse({ cosinescale: 3 }).success, false)
  assert.equal(
    ModelConfig.safeParse({ backbone: 'resnet-50', fcAdd: 512, fcAddInStageOne: true }).success,
    true,
  )
})
