// A run as the studio reads it, without any training: a model file that is all header, and one explored round over a pool of
// images drawn here.

import fs from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '@oltr/torch/files'
import sharp from 'sharp'

/** What the model knows; the model takes every image for one of the first two. */
export const KNOWN = ['robin', 'wren', 'owl', 'kite'] as const
/** D of the features. */
const DIMENSION = 4

export interface PoolImage {
  readonly file: string | Buffer
  readonly content: Buffer
}

export interface TinyRun {
  readonly folder: string
  readonly pool: string
  /** SHA-256 of each image of the pool, in the order of the queue. */
  readonly images: readonly string[]
}

/** PNG files of one colour each: no two are alike. */
export async function drawImages(count: number): Promise<PoolImage[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, at) => ({
      file: `${at}.png`,
      content: await sharp({
        create: {
          width: 200,
          height: 160,
          channels: 3,
          background: { r: (37 * at) % 256, g: at >> 3, b: 200 },
        },
      })
        .png()
        .toBuffer(),
    })),
  )
}

/** Writes a run of one round into a folder; its images are asked about in two clusters. */
export function writeTinyRun(folder: string, images: readonly PoolImage[]): TinyRun {
  const pool = join(folder, 'pool')
  fs.mkdirSync(pool, { recursive: true })
  for (const { file, content } of images)
    fs.writeFileSync(Buffer.concat([Buffer.from(`${pool}/`), Buffer.from(file)]), content)
  const ids = images.map(({ content }) => sha256(content))
  fs.writeFileSync(join(folder, 'config.json'), JSON.stringify(CONFIG))
  fs.writeFileSync(join(folder, 'oltr.safetensors'), modelFile())
  writeRound(join(folder, 'rounds', '1'), pool, images, ids)
  writeExamples(join(folder, 'studio', 'examples'), images[0]!.content)
  return { folder, pool, images: ids }
}

function writeRound(round: string, pool: string, images: readonly PoolImage[], ids: readonly string[]): void {
  for (const name of ['features', 'studio']) fs.mkdirSync(join(round, name), { recursive: true })
  const write = (name: string, value: unknown): void =>
    fs.writeFileSync(join(round, name), `${JSON.stringify(value, null, 2)}\n`)
  const stored = images.map(({ file }, at) => ({ image: file.toString(), id: ids[at]! }))
  const half = Math.ceil(images.length / 2)
  write('round.json', { pool, budget: '100%', arm: 'energy', scores: {}, seed: 0, version: 0, model: 'x' })
  write('selection.json', {
    pool: images.length,
    seconds: 1,
    asked: stored.map((image, at) => ({
      ...image,
      at,
      openness: 10 - at,
      informativeness: at,
      energy: -at,
      guesses: KNOWN.slice(0, 2).map((className, rank) => ({ className, confidence: 0.6 - rank / 5 })),
    })),
  })
  write('studio/groups.json', {
    clusters: images.map((_, at) => (at < half ? 0 : 1)),
    nearest: images.map(() => KNOWN.map((name, rank) => [name, 1 + rank])),
  })
  write('features/about.json', {
    extractor: 'x',
    dataset: 'pool',
    images: 'x',
    count: images.length,
    dimension: DIMENSION,
  })
  const features = Float32Array.from({ length: images.length * DIMENSION }, (_, at) =>
    at % DIMENSION === 0 ? at : 0,
  )
  fs.writeFileSync(join(round, 'features', 'features.f32'), new Uint8Array(features.buffer))
  fs.writeFileSync(
    join(round, 'features', 'images.jsonl'),
    stored.map((image) => `${JSON.stringify(image)}\n`).join(''),
  )
  // What child processes would compute.
  write('studio/map.json', {
    images: ids,
    x: ids.map(() => 0.5),
    y: ids.map(() => 0.5),
    openness: ids.map(() => 1),
    informativeness: ids.map(() => 1),
    nearest: ids.map(() => 'robin'),
  })
  write('studio/recognised-0.json', {
    version: 0,
    images: ids.map((image) => ({ image, now: 'wren', confidence: 0.5, before: 'robin' })),
  })
}

function writeExamples(folder: string, content: Buffer): void {
  fs.mkdirSync(folder, { recursive: true })
  const id = sha256(content)
  fs.writeFileSync(join(folder, `${id}.png`), content)
  fs.writeFileSync(join(folder, 'index.json'), JSON.stringify([['robin', [id]]]))
}

function modelFile(): Buffer {
  const card = {
    kind: 'oltr',
    model: { backbone: 'cifar-resnet-20', imageSize: 16 },
    classNames: KNOWN,
    trainingCounts: [120, 40, 10, 2],
  }
  const header = Buffer.from(
    JSON.stringify({ __metadata__: { format: 'oltr-model-1', card: JSON.stringify(card) } }),
  )
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header])
}

const STAGE = {
  epochs: 1,
  batchSize: 8,
  schedule: { kind: 'constant' },
  optimiser: { weightDecay: 5e-4 },
}
const CONFIG = {
  recipe: 'tiny',
  data: { format: 'generated', imageSize: 16, generated: { size: 16, knownClasses: 4, openClasses: 2 } },
  augmentation: 'small',
  model: { backbone: 'cifar-resnet-20', imageSize: 16 },
  stage1: {
    ...STAGE,
    sampler: { kind: 'shuffle' },
    learningRate: { backbone: 0.05, classifier: 0.05 },
  },
  stage2: {
    ...STAGE,
    sampler: { kind: 'class-aware', perClass: 2 },
    learningRate: { backbone: 0.005, head: 0.05 },
  },
}
