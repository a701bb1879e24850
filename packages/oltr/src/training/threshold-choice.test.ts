// Every score with every method, on models that have learned nothing: the choice is about images and rules.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { manualSeed } from '@oltr/torch'
import { CifarResNet } from '../backbones/cifar-resnet.ts'
import { loadSplits, type Splits } from '../datasets/load-splits.ts'
import { PAPER_THRESHOLD } from '../metrics/threshold.ts'
import { OpenLongTailedModel } from '../model.ts'
import { PlainModel } from '../plain-model.ts'
import type { RunConfig } from '../run-config.ts'
import { Interrupted } from './interruption.ts'
import { chooseThreshold } from './threshold-choice.ts'
import { tinyConfig } from './tiny-run.fixture.ts'

let splits: Splits
let plain: PlainModel
let complete: OpenLongTailedModel

before(async () => {
  const { data, model } = tinyConfig()
  splits = await loadSplits(data)
  manualSeed(5)
  const backbone = () => new CifarResNet({ blocksPerStage: 1, width: 4 })
  plain = new PlainModel(model, 4, backbone())
  complete = new OpenLongTailedModel(model, 4, backbone())
})
after(() => {
  plain.dispose()
  complete.dispose()
})

const configOf = (threshold: Partial<RunConfig['threshold']>): RunConfig =>
  tinyConfig((config) => {
    Object.assign(config.threshold, threshold)
  })

const SCORES = ['maxSoftmax', 'energy', 'reachability'] as const
const fitted = [
  { kind: 'keepKnown', share: 0.75, balance: 'image' },
  { kind: 'keepKnown', share: 0.75, balance: 'class' },
  { kind: 'macroF1' },
] as const

for (const score of SCORES) {
  for (const method of fitted) {
    const name = method.kind === 'keepKnown' ? `${method.kind} by ${method.balance}` : method.kind
    test(`${score}, ${name}: fitted on known and unknown validation images`, async () => {
      const config = configOf({ score, method: { ...method } })
      const threshold = await chooseThreshold(complete, splits, config, 'float32')
      assert.equal(threshold.score, score)
      assert.deepEqual(threshold.method, method)
      assert.equal(threshold.knownWhen, score === 'maxSoftmax' ? 'atLeast' : 'atMost')
      assert.ok(Number.isFinite(threshold.value))
      assert.deepEqual([threshold.validation!.known, threshold.validation!.unknown], [8, 4])
      if (method.kind === 'keepKnown') assert.ok(threshold.validation!.knownKept! >= 0.75)
    })
  }

  test(`${score}, fixed: the value as it is, on its own side`, async () => {
    const config = configOf({ score, method: { kind: 'fixed', value: 0.25 } })
    const threshold = await chooseThreshold(complete, splits, config, 'float32')
    assert.deepEqual(
      [threshold.score, threshold.value, threshold.knownWhen, threshold.validation],
      [score, 0.25, score === 'maxSoftmax' ? 'atLeast' : 'atMost', null],
    )
  })
}

test('a plain model has no reachability: max-softmax is fitted, a fixed distance becomes the paper’s value', async () => {
  const keep = configOf({ score: 'reachability' })
  assert.equal((await chooseThreshold(plain, splits, keep, 'float32')).score, 'maxSoftmax')
  const fixed = configOf({ score: 'reachability', method: { kind: 'fixed', value: 12 } })
  assert.deepEqual(await chooseThreshold(plain, splits, fixed, 'float32'), PAPER_THRESHOLD)
})

test('without validation images the paper’s threshold stands; macro-F1 without unknown ones keeps 95 % of the known', async () => {
  const macroF1 = configOf({ method: { kind: 'macroF1' } })
  const none = { ...splits, validation: null }
  assert.deepEqual(await chooseThreshold(complete, none, macroF1, 'float32'), PAPER_THRESHOLD)
  const closed = { ...splits, openValidation: null }
  const { method, validation } = await chooseThreshold(complete, closed, macroF1, 'float32')
  assert.deepEqual(method, { kind: 'keepKnown', share: 0.95 })
  assert.equal(validation!.unknown, 0)
})

test('the test images are never looked at', async () => {
  const trap = new Proxy({} as Splits['test'], {
    get: (_, property) => assert.fail(`test.${String(property)} was read`),
  })
  await chooseThreshold(complete, { ...splits, test: trap, open: trap }, configOf({}), 'float32')
})

test('a signal is heard between two batches, and the model is left in the mode it was in', async () => {
  complete.train()
  const stop = { signal: 'SIGTERM', release() {} } as const
  await assert.rejects(chooseThreshold(complete, splits, configOf({}), 'float32', stop), Interrupted)
  assert.equal(complete.training, true)
})
