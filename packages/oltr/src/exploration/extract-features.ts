// One pass of the fixed extractor (backbone and modulated attention) over a data set, into a feature store. Continues
// where a killed pass stopped; an image that cannot be read is listed, not fatal.

import { readFile } from 'node:fs/promises'
import { noGrad, scope, type Tensor, tensor } from '@oltr/torch'
import { DataLoadError, ImageLoader, loadImages, SequentialSampler, type Transform } from '@oltr/torch/data'
import { sha256 } from '@oltr/torch/files'
import { type Dataset, filePath, pixelsOf } from '../datasets/dataset.ts'
import type { OpenLongTailedModel } from '../model.ts'
import { createProgress } from '../reporting/progress.ts'
import { heed, NEVER_STOPPED, type StopRequest } from '../training/interruption.ts'
import type { Precision } from '../training/precision.ts'
import { inPrecision } from '../training/stage.ts'
import { FeatureStore, type StoredImage } from './feature-store.ts'

export interface Extractor {
  readonly model: OpenLongTailedModel
  /** SHA-256 of the model's file. */
  readonly sha256: string
  readonly transforms: readonly Transform[]
  readonly precision: Precision
  readonly device: string
}

export interface ExtractOptions {
  readonly batchSize?: number
  readonly json?: boolean
  readonly stop?: StopRequest
}

/**
 * The features of every image of a data set, kept in `folder`. Throws DataError when the folder holds other features,
 * Interrupted after a signal; what is done by then stays.
 */
export async function extractFeatures(
  extractor: Extractor,
  dataset: Dataset,
  folder: string,
  { batchSize = 256, json, stop = NEVER_STOPPED }: ExtractOptions = {},
): Promise<FeatureStore> {
  const { images, labels } = dataset
  const store = FeatureStore.open(
    folder,
    {
      extractor: extractor.sha256,
      dataset: dataset.name,
      images: sha256(images.kind === 'pixels' ? images.data : `${images.paths.join('\n')}\n`),
      count: labels.length,
      dimension: extractor.model.dimension,
    },
    batchSize,
  )
  if (store.complete) return store
  const progress = createProgress({
    label: `features of ${dataset.name}`,
    total: labels.length,
    done: store.length,
    unit: 'images',
    json,
  })
  try {
    while (!store.complete)
      await extractUntilUnreadable(extractor, dataset, store, batchSize, async () => {
        progress.update(store.length)
        await heed(stop)
      })
  } finally {
    progress.done()
  }
  return store
}

/** Appends batch after batch; where one holds an unreadable image, that batch is taken one by one, and the call ends. */
async function extractUntilUnreadable(
  extractor: Extractor,
  dataset: Dataset,
  store: FeatureStore,
  batchSize: number,
  afterBatch: () => Promise<void>,
): Promise<void> {
  const loader = new ImageLoader({
    images: dataset.images,
    labels: dataset.labels,
    transforms: extractor.transforms,
    sampler: new SequentialSampler({ size: dataset.labels.length }),
    batchSize,
    prefetch: 4,
    memoryFormat: 'channels_last',
  })
  try {
    for await (using batch of loader.epoch(0, { fromStep: store.length / batchSize })) {
      const positions = [...batch.indices]
      store.append(
        await Promise.all(positions.map((at) => describe(dataset, at))),
        features(extractor, batch.images),
      )
      await afterBatch()
    }
  } catch (error) {
    if (!(error instanceof DataLoadError)) throw error
    const end = Math.min(store.length + batchSize, dataset.labels.length)
    const rows: StoredImage[] = []
    const values = new Float32Array((end - store.length) * extractor.model.dimension)
    for (let at = store.length; at < end; at++) {
      const { image, row } = await extractOne(extractor, dataset, at)
      if (row) values.set(row, rows.length * extractor.model.dimension)
      rows.push(image)
    }
    store.append(rows, values)
    await afterBatch()
  }
}

async function extractOne(
  extractor: Extractor,
  dataset: Dataset,
  at: number,
): Promise<{ image: StoredImage; row?: Float32Array }> {
  const { images } = dataset
  if (images.kind !== 'files') throw new RangeError(`image ${at} in memory cannot be unreadable`)
  try {
    using image = await loadImages([filePath(images, at)], extractor.transforms, {
      memoryFormat: 'channels_last',
    })
    return { image: await describe(dataset, at), row: features(extractor, image) }
  } catch (error) {
    if (!(error instanceof DataLoadError)) throw error
    return { image: { image: images.paths[at], error: error.message } }
  }
}

function features({ model, precision, device }: Extractor, images: Tensor): Float32Array {
  return noGrad(() =>
    scope(
      () =>
        inPrecision(precision, device, () =>
          model.directFeature(images.to({ device })),
        ).toArray() as Float32Array, // (B, D)
    ),
  )
}

async function describe({ name, images }: Dataset, at: number): Promise<StoredImage> {
  if (images.kind === 'pixels') return { image: `${name}/${at}`, id: sha256(pixelsOf(images, at)) }
  return { image: images.paths[at], id: sha256(await readFile(filePath(images, at))) }
}

/** Features as a tensor, (N, D). */
export function featureTensor(values: Float32Array, dimension: number): Tensor {
  return tensor(values, { shape: [values.length / dimension, dimension] })
}
