// Whole runs: what they leave, what they refuse, and the smallest data that they can take.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { scope, type Tensor, tensor } from '@oltr/torch'
import { DataOptionError } from '@oltr/torch/data'
import { loadTensors, saveTensors } from '@oltr/torch/io'
import { createBackbone } from '../backbones/create-backbone.ts'
import { ConfigError, DataError } from '../errors.ts'
import { evaluateRun } from '../evaluate.ts'
import { readMetrics } from '../reporting/json-lines.ts'
import type { RunConfig } from '../run-config.ts'
import { loadOltr, loadTrainedModel } from '../trained-model.ts'
import { runFolder } from './run-folder.ts'
import { DivergedError } from './stage.ts'
import { temporaryRun, tinyConfig } from './tiny-run.fixture.ts'
import { train } from './train.ts'

const quiet = { json: true } as const

let finished: ReturnType<typeof temporaryRun>
before(async () => {
  finished = temporaryRun()
  await train(tinyConfig(), finished.path, quiet)
})
after(() => finished[Symbol.dispose]())

function assertFinite(file: string): void {
  const { model } = loadTrainedModel(file)
  for (const [key, each] of model.stateDict()) {
    if (each.dtype === 'float32') assert.ok((each.toArray() as Float32Array).every(Number.isFinite), key)
  }
  model.dispose()
}

test('a run leaves its configuration, its split, its metrics, both models and no checkpoint', () => {
  const folder = runFolder(finished.path)
  assert.deepEqual(JSON.parse(readFileSync(folder.config, 'utf8')), tinyConfig())
  assert.deepEqual(readdirSync(finished.path).sort(), [
    '.lock',
    'checkpoints',
    'config.json',
    'events',
    'metrics.jsonl',
    'oltr.safetensors',
    'plain.safetensors',
    'split.json',
  ])
  assert.deepEqual(readdirSync(folder.checkpoints), [])
  const lines = readMetrics(folder.metrics)
  assert.ok(lines.every((line, i) => i === 0 || line.step >= lines[i - 1]!.step))
  assert.ok(lines.some((line) => 'largeMargin' in line && 'reachability' in line))
})

test('each model carries names, counts, preprocessing, provenance and the threshold fitted for it', () => {
  for (const stage of ['stage1', 'stage2'] as const) {
    const { card, model } = loadTrainedModel(runFolder(finished.path).model(stage))
    model.dispose()
    assert.equal(card.classNames.length, 4)
    assert.deepEqual([card.trainingCounts[0], card.trainingCounts[3]], [20, 3])
    assert.ok(card.preprocessing.length > 0)
    assert.equal(card.threshold.score, 'maxSoftmax')
    assert.deepEqual(card.threshold.method, { kind: 'keepKnown', share: 0.95, balance: 'image' })
    assert.equal(card.threshold.validation!.known, 8)
    assert.equal(card.threshold.validation!.unknown, 4)
    assert.ok(card.threshold.validation!.knownKept! >= 0.95)
    assert.match(card.provenance.trainingSplit, /^[0-9a-f]{64}$/)
  }
})

test('a finished run is found complete, without a step', async () => {
  const before = readFileSync(runFolder(finished.path).metrics, 'utf8')
  const started = performance.now()
  await train(tinyConfig(), finished.path, quiet)
  assert.equal(readFileSync(runFolder(finished.path).metrics, 'utf8'), before)
  assert.ok(performance.now() - started < 5000)
})

test('a folder that holds a run of another configuration is refused, with the difference', async () => {
  const other = tinyConfig((config) => {
    config.stage2.epochs = 3
  })
  await assert.rejects(
    train(other, finished.path, quiet),
    (error) =>
      error instanceof ConfigError &&
      /another configuration \("epochs": 2 there, "epochs": 3 now\); choose another --run/.test(
        error.message,
      ),
  )
})

test('data that changed since the run began are refused', async () => {
  using run = temporaryRun()
  const folder = await train(tinyConfig(), run.path, quiet)
  const record = JSON.parse(readFileSync(folder.split, 'utf8'))
  record.parts.test.imagesSha256 = '0'.repeat(64)
  writeFileSync(folder.split, JSON.stringify(record))
  // As if it had been stopped in stage 2.
  rmSync(folder.model('stage2'))
  await assert.rejects(
    train(tinyConfig(), run.path, quiet),
    (error) => error instanceof DataError && /the data changed.*images of test then/.test(error.message),
  )
})

test('data that cannot be loaded leave the folder to another configuration', async () => {
  using run = temporaryRun()
  const missing = tinyConfig((config) => {
    config.data = { ...config.data, format: 'folder', path: '/no/such/folder', generated: undefined }
  })
  await assert.rejects(train(missing, run.path, quiet), DataError)
  assert.ok(!existsSync(runFolder(run.path).config))
})

const smallest = (change: (config: RunConfig) => void) =>
  tinyConfig((config) => {
    const { generated } = config.data
    Object.assign(generated!, { knownClasses: 2, maxPerClass: 6, minPerClass: 1 })
    for (const stage of ['stage1', 'stage2'] as const) {
      config[stage].epochs = 1
      config[stage].batchSize = 4
    }
    change(config)
  })

test('two classes, one of them with one image: both stages end with finite weights', async () => {
  using run = temporaryRun()
  const folder = await train(
    smallest(() => {}),
    run.path,
    quiet,
  )
  for (const stage of ['stage1', 'stage2'] as const) assertFinite(folder.model(stage))
})

test('without validation and unknown images the paper’s threshold stands', async () => {
  using run = temporaryRun()
  const config = smallest(({ data }) => {
    Object.assign(data.generated!, { openClasses: 0, openValidationClasses: 0, validationPerClass: 0 })
  })
  const folder = await train(config, run.path, quiet)
  const { card, model } = loadTrainedModel(folder.model('stage2'))
  model.dispose()
  assert.deepEqual(
    [card.threshold.score, card.threshold.value, card.threshold.validation],
    ['maxSoftmax', 0.1, null],
  )
})

test('a batch larger than the data: shuffled, the whole set is one step', async () => {
  using run = temporaryRun()
  const config = smallest(({ stage1, stage2 }) => {
    stage1.batchSize = 64
    stage2.batchSize = 64
    stage2.sampler = { kind: 'shuffle' }
  })
  const folder = await train(config, run.path, quiet)
  const steps = readMetrics(folder.metrics).map(({ step }) => step)
  assert.deepEqual([...new Set(steps)], [1, 2])
})

test('a batch larger than the data: sampled by class, it is refused with both sizes before stage 1 begins', async () => {
  using run = temporaryRun()
  const config = smallest(({ stage2 }) => {
    stage2.batchSize = 64
  })
  await assert.rejects(
    train(config, run.path, quiet),
    (error) =>
      error instanceof DataOptionError &&
      /^batchSize: 7 images in an epoch.*batch of 64.*got 64$/.test(error.message),
  )
  assert.deepEqual(readdirSync(join(run.path, 'checkpoints')), [])
  assert.ok(!existsSync(runFolder(run.path).config))
})

test('pretrained weights are taken over by name; layers that lack or do not fit are named', async () => {
  using run = temporaryRun()
  const donor = createBackbone('cifar-resnet-20')
  const state = donor.stateDict()
  const file = (name: string, tensors: Map<string, Tensor>): string => {
    const path = join(run.path, name)
    saveTensors(path, tensors)
    return path
  }
  const startFrom = (path: string, folder: string) =>
    train(
      smallest((config) => {
        config.model.pretrained = path
        config.stage1.epochs = 0
        config.stage2.epochs = 0
      }),
      join(run.path, folder),
      quiet,
    )

  const whole = await startFrom(file('whole.safetensors', state), 'whole')
  const { model } = loadTrainedModel(whole.model('stage1'))
  assert.deepEqual(
    model.stateDict().get('backbone.layer1.0.conv1.weight')!.tolist(),
    state.get('layer1.0.conv1.weight')!.tolist(),
  )
  model.dispose()

  const lacking = new Map(state)
  lacking.delete('layer3.2.conv2.weight')
  await assert.rejects(
    startFrom(file('lacking.safetensors', lacking), 'lacking'),
    (error) =>
      error instanceof ConfigError &&
      error.path === 'model.pretrained' &&
      /layer3\.2\.conv2\.weight/.test(error.message) &&
      /lacking\.safetensors/.test(error.message),
  )
  const misfit = new Map(state).set('conv1.weight', tensor([[[[1]]]]))
  await assert.rejects(
    startFrom(file('misfit.safetensors', misfit), 'misfit'),
    (error) => error instanceof ConfigError && /conv1\.weight has shape \[1,1,1,1\]/.test(error.message),
  )
  await assert.rejects(startFrom(join(run.path, 'none.pth'), 'none'), { name: 'FormatError' })
  donor.dispose()
})

test('a damaged stage-1 model stops stage 2 with an error that names it', async () => {
  using run = temporaryRun()
  const folder = await train(
    smallest(() => {}),
    run.path,
    quiet,
  )
  rmSync(folder.model('stage2'))
  const bytes = readFileSync(folder.model('stage1'))
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(folder.model('stage1'), bytes)
  await assert.rejects(
    train(
      smallest(() => {}),
      run.path,
      quiet,
    ),
    (error) => (error as Error).name === 'FormatError' && /plain\.safetensors/.test((error as Error).message),
  )
})

test('a rate that is far too large ends the run with stage, epoch and step, and no checkpoint holds what is not finite', async () => {
  using run = temporaryRun()
  const config = smallest(({ stage1, execution }) => {
    stage1.epochs = 5
    stage1.learningRate = { backbone: 1e30, classifier: 1e30 }
    execution.checkpointSeconds = 1e-9
  })
  await assert.rejects(
    train(config, run.path, quiet),
    (error) =>
      error instanceof DivergedError &&
      /\(stage1, (epoch \d, step \d; batch: image \d+, image \d+|after step \d of epoch \d)/.test(
        error.message,
      ),
  )
  const { checkpoints } = runFolder(run.path)
  for (const name of readdirSync(checkpoints)) {
    const { tensors } = loadTensors(join(checkpoints, name))
    for (const [key, each] of tensors) {
      if (each.dtype === 'float32') assert.ok((each.toArray() as Float32Array).every(Number.isFinite), key)
      each.dispose()
    }
  }
})

test('a single stage trains the complete model from random weights and centroids, is judged and continued', async () => {
  using run = temporaryRun()
  const oneStage = (epochs: number) =>
    tinyConfig((config) => {
      config.stage2.start = 'scratch'
      config.stage2.epochs = epochs
      config.model.reachScale = 10
    })
  await train(oneStage(2), run.path, quiet)
  const folder = runFolder(run.path)
  assert.ok(!existsSync(folder.model('stage1')))
  assert.deepEqual(
    (await evaluateRun(run.path, quiet)).map(({ name }) => name),
    ['OLTR++'],
  )
  const lines = readMetrics(folder.metrics)
  // Counted from its own first step.
  assert.equal(lines.at(-1)!.step, 2 * lines[0]!.step)
  assert.ok(lines.every(({ stage }) => stage === 'stage2'))
  // No pass over the images came before: without a step the centroids are what was drawn.
  using untrained = temporaryRun()
  await train(oneStage(0), untrained.path, quiet)
  const { model } = loadOltr(runFolder(untrained.path).model('stage2'))
  scope(() => {
    const centroids = Array.from(model.memory.centroids.flatten().tolist() as number[])
    const mean = centroids.reduce((sum, x) => sum + x, 0) / centroids.length
    const variance = centroids.reduce((sum, x) => sum + (x - mean) ** 2, 0) / centroids.length
    assert.ok(Math.abs(mean) < 0.25 && Math.abs(variance - 1) < 0.35, `${mean}, ${variance}`)
  })
  model.dispose()
  using refused = temporaryRun()
  const measured = tinyConfig((config) => {
    config.stage2.start = 'scratch'
  })
  await assert.rejects(train(measured, refused.path, quiet), {
    name: 'ConfigError',
    message: /model\.reachScale: expected a number where stage 2 starts from scratch/,
  })
})
