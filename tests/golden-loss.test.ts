// Fifty seeded steps on one thread in float32, 25 of each stage, give the losses that are stored beside this file.
//
// An epoch of this run is one step (the batch holds the whole set), so the lines of its log are the losses of its steps.
// After a change that is meant to alter the course of training:  node tests/golden-loss.test.ts --write

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseRunConfig, train } from 'oltr'

const STORED = join(import.meta.dirname, 'golden-loss.json')
const STEPS = 25

/**
 * Another processor or release of libtorch adds in another order. That is 1e-6 of a loss at first and grows from step to
 * step, since training amplifies differences: between the vector units of one processor switched on and off it reached
 * 1e-2 within these fifty steps, at rates that are low for that reason. A wrong rate, decay, draw or schedule shows above.
 */
const FIRST_STEPS = { count: 3, bound: 1e-3 }
const EVERY_STEP = 5e-2

type Curve = { stage1: number[]; stage2: number[] }

async function losses(): Promise<Curve> {
  const run = mkdtempSync(join(tmpdir(), 'oltr-golden-'))
  try {
    const stage = {
      epochs: STEPS,
      schedule: { kind: 'cosine', epochs: STEPS },
      optimiser: { weightDecay: 0.3 },
    } as const
    const config = parseRunConfig({
      recipe: 'golden-loss',
      seed: 1,
      data: {
        format: 'generated',
        imageSize: 16,
        generated: {
          size: 16,
          knownClasses: 4,
          openClasses: 0,
          openValidationClasses: 0,
          maxPerClass: 12,
          minPerClass: 3,
          validationPerClass: 0,
          testPerClass: 1,
        },
      },
      augmentation: 'small',
      model: { backbone: 'cifar-resnet-20', imageSize: 16, reachScale: 'mean-distance' },
      stage1: {
        ...stage,
        batchSize: 64,
        sampler: { kind: 'shuffle' },
        learningRate: { backbone: 0.003, classifier: 0.003 },
      },
      stage2: {
        ...stage,
        batchSize: 24,
        sampler: { kind: 'class-aware', perClass: 3 },
        learningRate: { backbone: 0.0003, head: 0.003 },
      },
      execution: { precision: 'float32', threads: 1 },
    })
    const folder = await train(config, run, { json: true })
    const lines = readFileSync(folder.metrics, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const of = (name: string): number[] =>
      lines.filter((line) => line.stage === name && 'loss' in line).map((line) => line.loss)
    return { stage1: of('stage1'), stage2: of('stage2') }
  } finally {
    rmSync(run, { recursive: true, force: true })
  }
}

if (process.argv.includes('--write')) {
  writeFileSync(STORED, `${JSON.stringify(await losses(), null, 2)}\n`)
} else {
  test('fifty steps of training give the stored losses', async () => {
    const stored: Curve = JSON.parse(readFileSync(STORED, 'utf8'))
    const found = await losses()
    for (const stage of ['stage1', 'stage2'] as const) {
      assert.equal(found[stage].length, STEPS)
      found[stage].forEach((loss, i) => {
        const difference = Math.abs(loss - stored[stage][i]!) / Math.abs(stored[stage][i]!)
        const bound = stage === 'stage1' && i < FIRST_STEPS.count ? FIRST_STEPS.bound : EVERY_STEP
        assert.ok(difference <= bound, `${stage}, step ${i + 1}: ${loss}, stored ${stored[stage][i]}`)
      })
    }
  })

  test('the stored curve is one of learning', () => {
    const stored: Curve = JSON.parse(readFileSync(STORED, 'utf8'))
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    for (const stage of ['stage1', 'stage2'] as const)
      assert.ok(mean(stored[stage].slice(-5)) < 0.8 * mean(stored[stage].slice(0, 5)), stage)
  })
}
