// Every sampler, from the configuration to batches.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DataOptionError } from '@oltr/torch/data'
import type { Dataset } from '../datasets/dataset.ts'
import type { RunConfig } from '../run-config.ts'
import { evaluationLoader, trainingLoader } from './loaders.ts'
import { tinyConfig } from './tiny-run.fixture.ts'

const SIDE = 16
/** 24 images of class 0, 6 of class 1, 2 of class 2. */
const labels = Int32Array.from([...Array(24).fill(0), ...Array(6).fill(1), 2, 2])
const dataset: Dataset = {
  name: 'test',
  classNames: ['many', 'medium', 'few'],
  labels,
  images: {
    kind: 'pixels',
    data: new Uint8Array(labels.length * 3 * SIDE * SIDE),
    height: SIDE,
    width: SIDE,
  },
}

type Sampler = RunConfig['stage1']['sampler']
const configOf = (sampler: Sampler, batchSize = 8): RunConfig =>
  tinyConfig((config) => {
    config.stage1.sampler = sampler
    config.stage1.batchSize = batchSize
    config.stage1.epochs = 20
  })

/** The images of an epoch, batch by batch. */
async function batches(config: RunConfig, epoch: number): Promise<number[][]> {
  const found: number[][] = []
  for await (using batch of trainingLoader(dataset, config, 'stage1').epoch(epoch)) {
    assert.deepEqual(
      (batch.labels.tolist() as number[]).map(Number),
      [...batch.indices].map((index) => labels[index]),
    )
    found.push([...batch.indices])
  }
  return found
}

/** Share of each class among the images of 20 epochs. */
async function shares(sampler: Sampler, epochs = [...Array(20).keys()]): Promise<number[]> {
  const counts = [0, 0, 0]
  let total = 0
  for (const epoch of epochs) {
    for (const image of (await batches(configOf(sampler), epoch)).flat()) {
      counts[labels[image]!]!++
      total++
    }
  }
  return counts.map((count) => count / total)
}

function near(found: number[], expected: number[], tolerance: number): void {
  for (const [i, share] of found.entries())
    assert.ok(Math.abs(share - expected[i]!) < tolerance, `${found}, not ${expected}`)
}

test('shuffle: every image once, the last batch short', async () => {
  const found = await batches(configOf({ kind: 'shuffle' }, 10), 0)
  assert.deepEqual(
    found.map((batch) => batch.length),
    [10, 10, 10, 2],
  )
  assert.deepEqual(
    found.flat().sort((a, b) => a - b),
    [...labels.keys()],
  )
})

test('class-aware: every class the same share, in rows of perClass, whole batches only', async () => {
  const config = configOf({ kind: 'class-aware', perClass: 2 }, 10)
  const found = await batches(config, 0)
  assert.deepEqual(
    found.map((batch) => batch.length),
    [10, 10, 10],
  )
  for (const batch of found)
    for (let at = 0; at < batch.length; at += 2) assert.equal(labels[batch[at]!], labels[batch[at + 1]!])
  near(await shares({ kind: 'class-aware', perClass: 2 }), [1 / 3, 1 / 3, 1 / 3], 0.02)
})

test('square-root: a class in proportion to the root of its images', async () => {
  const roots = [24, 6, 2].map(Math.sqrt)
  const sum = roots.reduce((a, b) => a + b)
  near(
    await shares({ kind: 'square-root' }),
    roots.map((root) => root / sum),
    0.06,
  )
})

test('progressively balanced: from the natural shares to equal ones over the epochs of the stage', async () => {
  const sampler = { kind: 'progressively-balanced' } as const
  const first = await shares(sampler, [0, 1, 2])
  const last = await shares(sampler, [17, 18, 19])
  assert.ok(first[0]! > last[0]! + 0.15, `${first} then ${last}`)
  assert.ok(last[2]! > first[2]! + 0.1, `${first} then ${last}`)
})

test('an epoch is the same whenever it is asked for, and differs with seed and epoch', async () => {
  const config = configOf({ kind: 'square-root' })
  assert.deepEqual(await batches(config, 3), await batches(config, 3))
  assert.notDeepEqual(await batches(config, 3), await batches(config, 4))
  assert.notDeepEqual(await batches({ ...config, seed: 1 }, 3), await batches(config, 3))
})

test('a batch larger than the data is refused where short batches are dropped, naming both sizes', () => {
  for (const kind of ['class-aware', 'square-root', 'progressively-balanced'] as const) {
    const sampler = kind === 'class-aware' ? { kind, perClass: 4 } : { kind }
    assert.throws(
      () => trainingLoader(dataset, configOf(sampler, 64), 'stage1'),
      (error) => error instanceof DataOptionError && /32 images.*batch of 64/.test(error.message),
    )
  }
})

test('evaluation shows every image once, in order', async () => {
  const seen: number[] = []
  for await (using batch of evaluationLoader(dataset, configOf({ kind: 'shuffle' })).epoch(0))
    seen.push(...batch.indices)
  assert.deepEqual(seen, [...labels.keys()])
})
