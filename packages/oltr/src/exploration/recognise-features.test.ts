// The head on features.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualSeed, noGrad, ops, scope } from '@oltr/torch'
import { OpenLongTailedModel } from '../model.ts'
import { ModelConfig } from '../model-config.ts'
import { openSetScores, predictedLabels } from './recognise-features.ts'

test('logits and scores of features are those that the whole model gives to the images', () => {
  manualSeed(1)
  const model = new OpenLongTailedModel(
    ModelConfig.parse({ backbone: 'cifar-resnet-20', imageSize: 16 }),
    4,
  ).eval()
  noGrad(() => void model.memory.centroids.normal_())
  scope(() => {
    const images = ops.randn([5, 3, 16, 16])
    const output = noGrad(() => model.forward(images))
    const features = output.direct.toArray() as Float32Array
    const { logits, scores } = openSetScores(model, features)
    const expected = output.logits.toArray() as Float32Array
    for (const [i, value] of logits.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-5)
    const gamma = output.reachability.toArray() as Float32Array
    for (const [i, value] of gamma.entries())
      assert.ok(Math.abs(value - Number(scores.reachability!.values[i])) < 1e-5)
    assert.deepEqual([...predictedLabels(model, features)], output.logits.argmax({ dim: 1 }).tolist())
    assert.equal(predictedLabels(model, new Float32Array(0)).length, 0)
  })
  model.dispose()
})
