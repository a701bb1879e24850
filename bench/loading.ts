// How fast images come in: CIFAR-sized ones from memory, augmented, as a share of a training step; and JPEG files, decoded,
// resized, augmented and normalised. The files are copies of two, all in the system's file cache.

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  cifarTrain,
  ImageLoader,
  type ImageLoaderOptions,
  imagenetEval,
  imagenetTrain,
  ShuffleSampler,
  smallEval,
  type Transform,
} from '@oltr/torch/data'
import { type Benchmark, type Line, type Options, type Quantity, quantity } from './benchmark.ts'
import { StepProcess } from './step-process.ts'

const WORKERS = 2
const fixtures = join(dirname(fileURLToPath(import.meta.url)), 'fixtures')

interface FileCase {
  readonly what: string
  readonly file: string
  readonly copies: number
  readonly transforms: readonly Transform[]
  /** Images per second. */
  readonly target: number
}

const fileCases: readonly FileCase[] = [
  {
    what: 'JPEG of 64 x 64, normalised',
    file: '64x64.jpg',
    copies: 4096,
    transforms: smallEval(64),
    target: 15_000,
  },
  {
    what: 'JPEG of 500 x 375 to 224, as in evaluation (shorter side 256, middle)',
    file: '500x375.jpg',
    copies: 256,
    transforms: imagenetEval(224),
    target: 700,
  },
  {
    what: 'JPEG of 500 x 375 to 224, as in training (random resized crop, flip, colour jitter)',
    file: '500x375.jpg',
    copies: 256,
    transforms: imagenetTrain(224),
    target: 700,
  },
]

async function run(options: Options): Promise<Line[]> {
  const lines = [await cifarShare(options)]
  for (const each of fileCases) lines.push(await fromFiles(each, options))
  return lines
}

/** Takes an epoch's batches as they come; returns images per second, epoch by epoch after the first. */
async function speeds(
  settings: Omit<ImageLoaderOptions, 'workers' | 'labels'>,
  images: number,
  epochs: number,
) {
  const loader = new ImageLoader({ ...settings, labels: new Int32Array(images), workers: WORKERS })
  const found: number[] = []
  for (let epoch = 0; epoch <= epochs; epoch++) {
    const start = performance.now()
    for await (const batch of loader.epoch(epoch)) batch.dispose()
    if (epoch > 0) found.push(images / ((performance.now() - start) / 1000))
  }
  return quantity(found, 'img/s')
}

async function fromFiles(
  { what, file, copies, transforms, target }: FileCase,
  { quick }: Options,
): Promise<Line> {
  const folder = mkdtempSync(join(tmpdir(), 'oltr-bench-'))
  const count = quick ? 16 : copies
  const paths = Array.from({ length: count }, (_, i) => `${i}.jpg`)
  let ours: Quantity
  try {
    for (const path of paths) copyFileSync(join(fixtures, file), join(folder, path))
    const images = { kind: 'files', root: folder, paths } as const
    ours = await speeds({ images, transforms, batchSize: quick ? 8 : 64 }, count, quick ? 1 : 5)
  } finally {
    rmSync(folder, { recursive: true })
  }
  return {
    what,
    ours,
    peer: null,
    ratio: null,
    target: `at least ${target.toLocaleString('en')} img/s on ${WORKERS} cores`,
    met: ours.value >= target,
    remark: `${count} files in the file cache, ${WORKERS} workers`,
  }
}

/** The loader alone against the step alone: each uses both cores, so their ratio is the share of the machine's work. */
async function cifarShare({ quick }: Options): Promise<Line> {
  const [images, batch] = quick ? [256, 32] : [10_847, 128]
  const data = new Uint8Array(images * 3072)
  for (let i = 0; i < data.length; i++) data[i] = (i * 2654435761) >>> 24
  const loading = await speeds(
    {
      images: { kind: 'pixels', data, height: 32, width: 32 },
      transforms: cifarTrain(),
      sampler: new ShuffleSampler({ size: images, seed: 0 }),
      batchSize: batch,
      memoryFormat: 'channels_last',
    },
    images,
    quick ? 1 : 7,
  )
  const training = await stepSpeed(batch, quick)
  const share = training.value / loading.value
  return {
    what: `CIFAR augmentation and loading, batch ${batch}, against the ResNet-32 step`,
    ours: loading,
    peer: training,
    ratio: { value: share, unit: 'of a step' },
    target: 'at most 0.05 of a step',
    met: share <= 0.05,
    remark: `peer: the step alone, as a run does it by default; random crop, flip, normalise; ${WORKERS} workers`,
  }
}

async function stepSpeed(batch: number, quick: boolean): Promise<Quantity> {
  const { process: child } = await StepProcess.start(process.execPath, 'resnet32-child.ts', [
    'auto',
    'channels_last',
    2,
    batch,
  ])
  try {
    const found: number[] = []
    for (let block = 0; block <= (quick ? 1 : 7); block++) {
      const { seconds } = await child.ask<{ seconds: number }>({ steps: 2 })
      if (block > 0) found.push((2 * batch) / seconds)
    }
    return quantity(found, 'img/s')
  } finally {
    await child.close()
  }
}

export const loading: Benchmark = { name: 'loading', run }
