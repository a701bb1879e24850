// The loop with a model of one layer, on one image a step: stopped after any step, diverging, failing to save.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { manualSeed, noGrad, type Tensor } from '@oltr/torch'
import { ImageLoader, ShuffleSampler, smallEval } from '@oltr/torch/data'
import { crossEntropy, Linear, Module } from '@oltr/torch/nn'
import { SGD, stepDecay } from '@oltr/torch/optim'
import { Interrupted } from './interruption.ts'
import { type LoopContext, runStage } from './loop.ts'
import { openRunFolder } from './run-folder.ts'
import { RunLog } from './run-log.ts'
import { DivergedError, finiteLoss, type Stage, update } from './stage.ts'
import { temporaryRun } from './tiny-run.fixture.ts'

const IMAGES = 5
const BATCH = 2
const EPOCHS = 2
const STEPS_PER_EPOCH = 3
const STEPS = EPOCHS * STEPS_PER_EPOCH

class OneLayer extends Module {
  layer = new Linear(12, 2)

  forward(images: Tensor): Tensor {
    return this.layer.forward(images.reshape([-1, 12]))
  }
}

/** What a test may do to a step, before and after it, by the number of the step in this process (from 0). */
interface Intervention {
  before?: (step: number, model: OneLayer) => void
  after?: (step: number, model: OneLayer) => void
  /** After an epoch (from 0), where validation stands. */
  afterEpoch?: (epoch: number) => void
}

interface Options {
  path: string
  intervention?: Intervention
  checkpointSeconds?: number
  warn?: (message: string) => void
}

/** One start of a run, as a process would make it; returns the final weights. */
async function start(options: Options): Promise<number[][]> {
  const { path, intervention = {}, checkpointSeconds = 3600 } = options
  manualSeed(7)
  const model = new OneLayer()
  const sgd = new SGD([{ params: model.parameters() }], { lr: 0.1, momentum: 0.9 })
  let step = 0
  const stage: Stage = {
    name: 'stage1',
    model,
    epochs: EPOCHS,
    optimisers: [sgd],
    schedule: stepDecay({ stepSize: 1, gamma: 0.5 }),
    step: ({ images, labels }) => {
      intervention.before?.(step, model)
      const total = crossEntropy(model.forward(images), labels)
      const loss = finiteLoss(total)
      total.backward()
      update([sgd], model.parameters(), null)
      intervention.after?.(step, model)
      step++
      return { loss }
    },
  }
  const loader = new ImageLoader({
    images: {
      kind: 'pixels',
      data: Uint8Array.from({ length: IMAGES * 12 }, (_, i) => (i * 37) % 256),
      height: 2,
      width: 2,
    },
    labels: Int32Array.of(0, 1, 0, 1, 1),
    transforms: smallEval(2),
    sampler: new ShuffleSampler({ size: IMAGES, seed: 3 }),
    batchSize: BATCH,
    workers: 1,
  })
  const folder = openRunFolder(path)
  const context: LoopContext = {
    folder,
    firstStep: 100,
    checkpointSeconds,
    device: 'cpu',
    stop,
    openProgress: () => ({ update() {}, done() {} }),
    openLog: (resumeAfter) => new RunLog(folder, resumeAfter),
    warn: options.warn ?? assert.fail,
    nameImages: (indices) => `images ${indices.join(' ')}`,
    afterEpoch: async (epoch, totalSteps, log) => {
      intervention.afterEpoch?.(epoch)
      if (stop.signal) throw new Interrupted(stop.signal)
      log.write(totalSteps, { stage: 'stage1', epoch: epoch + 1, validation: 1 })
    },
  }
  try {
    await runStage(stage, loader, context)
    return model.layer.weight.tolist() as number[][]
  } finally {
    sgd.dispose()
    model.dispose()
  }
}

/** The signal that the loop hears; tests set it. */
const stop: { signal: 'SIGTERM' | null; release(): void } = { signal: null, release() {} }

async function stoppedBy(intervention: Intervention, path: string): Promise<void> {
  await assert.rejects(start({ path, intervention }), Interrupted)
  stop.signal = null
}

const metricsOf = (path: string): string => readFileSync(openRunFolder(path).metrics, 'utf8')
const checkpointsOf = (path: string): string[] => readdirSync(openRunFolder(path).checkpoints).sort()

async function undisturbed(): Promise<{ weights: number[][]; metrics: string }> {
  using run = temporaryRun()
  return { weights: await start({ path: run.path }), metrics: metricsOf(run.path) }
}

test('steps are counted on from the stage before, and every epoch has its line with the rate it used', async () => {
  const { metrics } = await undisturbed()
  const lines = metrics
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ step, epoch, learningRate, validation }) => ({ step, epoch, learningRate, validation })),
    [
      { step: 103, epoch: 1, learningRate: 0.1, validation: undefined },
      { step: 103, epoch: 1, learningRate: undefined, validation: 1 },
      { step: 106, epoch: 2, learningRate: 0.05, validation: undefined },
      { step: 106, epoch: 2, learningRate: undefined, validation: 1 },
    ],
  )
})

test('stopped after any step, it goes on as if nothing had happened', async () => {
  const expected = await undisturbed()
  for (let after = 0; after < STEPS; after++) {
    using run = temporaryRun()
    const signal = (step: number): void => {
      if (step === after) stop.signal = 'SIGTERM'
    }
    await stoppedBy({ after: signal }, run.path)
    assert.deepEqual(checkpointsOf(run.path), [`stage1-00000000${after + 1}.safetensors`])
    assert.deepEqual(await start({ path: run.path }), expected.weights, `stopped after step ${after + 1}`)
    assert.equal(metricsOf(run.path), expected.metrics, `stopped after step ${after + 1}`)
  }
})

test('stopped after every single step', async () => {
  const expected = await undisturbed()
  using run = temporaryRun()
  const always = (): void => {
    stop.signal = 'SIGTERM'
  }
  for (let step = 0; step < STEPS; step++) await stoppedBy({ after: always }, run.path)
  assert.deepEqual(await start({ path: run.path }), expected.weights)
  assert.equal(metricsOf(run.path), expected.metrics)
})

test('stopped in a validation, then killed in it, it validates again and writes no line twice', async () => {
  const expected = await undisturbed()
  using run = temporaryRun()
  const signal = (epoch: number): void => {
    if (epoch === 0) stop.signal = 'SIGTERM'
  }
  await stoppedBy({ afterEpoch: signal }, run.path)
  const crash = (): void => {
    throw new Error('crash')
  }
  await assert.rejects(start({ path: run.path, intervention: { afterEpoch: crash } }), /crash/)
  assert.deepEqual(await start({ path: run.path }), expected.weights)
  assert.equal(metricsOf(run.path), expected.metrics)
})

test('a checkpoint of the end is left: what comes after the last step can fail without costing a stage', async () => {
  using run = temporaryRun()
  const weights = await start({ path: run.path })
  assert.deepEqual(checkpointsOf(run.path), [`stage1-00000000${STEPS}.safetensors`])
  const noStep = (): void => assert.fail('no step is left')
  assert.deepEqual(await start({ path: run.path, intervention: { before: noStep } }), weights)
})

test('without a signal, checkpoints come by the clock', async () => {
  using run = temporaryRun()
  const seen: string[][] = []
  const look = (): void => void seen.push(checkpointsOf(run.path))
  await start({ path: run.path, checkpointSeconds: 1e-9, intervention: { before: look } })
  const number = (n: number): string => `stage1-00000000${n}.safetensors`
  assert.deepEqual(seen, [
    [],
    [number(1)],
    [1, 2].map(number),
    [2, 3].map(number),
    [3, 4].map(number),
    [4, 5].map(number),
  ])
})

test('a weight that became NaN stops the run in the next step, and the last good checkpoint stays', async () => {
  using run = temporaryRun()
  const poison = (step: number, model: OneLayer): void => {
    if (step === 1) noGrad(() => model.layer.weight.fill_(Number.NaN))
  }
  await assert.rejects(
    start({ path: run.path, intervention: { before: poison }, checkpointSeconds: 1e-9 }),
    (error) =>
      error instanceof DivergedError &&
      /the loss is NaN \(stage1, epoch 1, step 2; batch: images \d \d\)\. The last checkpoint is intact/.test(
        error.message,
      ),
  )
  assert.deepEqual(checkpointsOf(run.path), ['stage1-000000001.safetensors'])
  await start({ path: run.path })
})

test('a checkpoint with a weight that is not finite is never written', async () => {
  using run = temporaryRun()
  const poison = (step: number, model: OneLayer): void => {
    if (step === 1) noGrad(() => model.layer.bias!.fill_(Number.POSITIVE_INFINITY))
  }
  await assert.rejects(
    start({ path: run.path, intervention: { after: poison }, checkpointSeconds: 1e-9 }),
    (error) => error instanceof DivergedError && /after step 2 of epoch 1/.test(error.message),
  )
  assert.deepEqual(checkpointsOf(run.path), ['stage1-000000001.safetensors'])
})

test('gradients that are not finite never reach a weight', () => {
  const model = new OneLayer()
  const sgd = new SGD([{ params: model.parameters() }], { lr: 0.1 })
  const before = model.layer.weight.tolist()
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    model.layer.weight.grad = model.layer.weight.detach().fill(bad)
    assert.throws(() => update([sgd], model.parameters(), null), DivergedError)
    assert.throws(() => update([sgd], model.parameters(), 1), DivergedError)
  }
  assert.deepEqual(model.layer.weight.tolist(), before)
})
