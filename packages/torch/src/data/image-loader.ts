// Batches for training and evaluation, made on worker threads ahead of the step. What a batch holds depends on the
// sampler, the seed, the epoch and the step alone: not on the number of threads, nor on where the epoch was begun.

import { isAbsolute, join } from 'node:path'
import { tensor } from '../create.ts'
import type { Tensor } from '../tensor.ts'
import { DataOptionError, requireInteger } from './data-errors.ts'
import {
  type BatchSource,
  imageBatch,
  imagePipeline,
  imagePool,
  type NativePipeline,
  type NativePool,
} from './native-images.ts'
import { requireShard, type Sampler, type Shard } from './sampler.ts'
import { SequentialSampler } from './sequential-sampler.ts'
import { outputSize, type Transform } from './transforms.ts'

/** Images in memory, planar RGB bytes (N, 3, H, W); or files, JPEG or PNG. */
export type ImageSource =
  | { readonly kind: 'pixels'; readonly data: Uint8Array; readonly height: number; readonly width: number }
  | { readonly kind: 'files'; readonly root: string; readonly paths: readonly string[] }

export interface ImageLoaderOptions extends Shard {
  images: ImageSource
  /** (N,) */
  labels: Int32Array
  transforms: readonly Transform[]
  batchSize: number
  /** Default: the order of the data set. Give it the same rank and world size as the loader. */
  sampler?: Sampler
  /** Of the random transforms, default 0; an integer from 0 to 2^53 - 1. */
  seed?: number
  /** Threads, default one per core. */
  workers?: number
  /** Batches made ahead of the one in use, default 2. */
  prefetch?: number
  memoryFormat?: 'contiguous_format' | 'channels_last'
  /** Leave out the last batch when it is short; default false. */
  dropLast?: boolean
}

/** One step's data. Its tensors belong to whoever received it: call dispose(), or declare it with `using`. */
export class ImageBatch {
  /** (B, 3, H, W) float32 */
  readonly images: Tensor
  /** (B,) int64 */
  readonly labels: Tensor
  /** (B,) indices into the data set. */
  readonly indices: Int32Array
  readonly epoch: number
  readonly step: number

  constructor(images: Tensor, labels: Tensor, indices: Int32Array, epoch: number, step: number) {
    this.images = images
    this.labels = labels
    this.indices = indices
    this.epoch = epoch
    this.step = step
  }

  dispose(): void {
    this.images.dispose()
    this.labels.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

export class ImageLoader {
  readonly batchSize: number
  /** [height, width] of every image of a batch. */
  readonly imageSize: readonly [number, number]
  readonly #images: ImageSource
  readonly #labels: Int32Array
  readonly #sampler: Sampler
  readonly #seed: number
  readonly #prefetch: number
  readonly #dropLast: boolean
  readonly #channelsLast: boolean
  readonly #shard: Required<Shard>
  readonly #pool: NativePool
  readonly #pipeline: NativePipeline

  /**
   * Throws DataOptionError: transforms that leave images of different sizes, labels that do not fit the images, a
   * data set too small for one full batch with dropLast.
   */
  constructor(options: ImageLoaderOptions) {
    const { images, labels } = options
    const count = countImages(images)
    if (labels.length !== count) {
      throw new DataOptionError('labels', labels.length, `expected one label for each of ${count} images`)
    }
    this.batchSize = requireInteger('batchSize', options.batchSize, 1)
    this.#shard = requireShard(options)
    this.#images = images
    this.#labels = labels
    this.#sampler = options.sampler ?? new SequentialSampler({ size: count, ...this.#shard })
    this.#seed = requireInteger('seed', options.seed ?? 0, 0)
    this.#prefetch = requireInteger('prefetch', options.prefetch ?? 2, 0)
    this.#dropLast = options.dropLast ?? false
    this.#channelsLast = options.memoryFormat === 'channels_last'
    this.imageSize = outputSize(
      options.transforms,
      images.kind === 'pixels' ? [images.height, images.width] : null,
    )
    this.#pool = imagePool(options.workers)
    this.#pipeline = imagePipeline(options.transforms)
    if (this.#dropLast && this.stepsPerEpoch === 0) {
      const found = `${this.#sampler.length} images in an epoch, fewer than one batch of ${this.batchSize}`
      throw new DataOptionError(
        'batchSize',
        this.batchSize,
        `${found}, and dropLast drops it; expected a smaller batch`,
      )
    }
  }

  get sampler(): Sampler {
    return this.#sampler
  }

  /** Batches per epoch; a short last one counts unless it is dropped. */
  get stepsPerEpoch(): number {
    const batches = this.#sampler.length / this.batchSize
    return this.#dropLast ? Math.floor(batches) : Math.ceil(batches)
  }

  /**
   * The batches of an epoch, the first `prefetch` of them begun at once. The receiver disposes each batch; those made
   * ahead and never taken are disposed here. Throws DataLoadError, in the order of the batches.
   *
   * @param epoch 0, 1, 2, ...
   * @param options.fromStep begin there, with exactly the batches that an undisturbed epoch has from there on
   */
  async *epoch(
    epoch: number,
    options: { fromStep?: number } = {},
  ): AsyncGenerator<ImageBatch, void, undefined> {
    const order = this.#sampler.epoch(requireInteger('epoch', epoch, 0))
    const steps = this.stepsPerEpoch
    let next = requireInteger('fromStep', options.fromStep ?? 0, 0)
    const ahead: Promise<ImageBatch>[] = []
    try {
      while (next < steps || ahead.length > 0) {
        // One for the caller and `prefetch` behind it.
        while (next < steps && ahead.length <= this.#prefetch) ahead.push(this.#begin(order, epoch, next++))
        yield await ahead.shift()!
      }
    } finally {
      const left = await Promise.allSettled(ahead)
      for (const batch of left) if (batch.status === 'fulfilled') batch.value.dispose()
    }
  }

  #begin(order: Int32Array, epoch: number, step: number): Promise<ImageBatch> {
    const batch = this.#make(order, epoch, step)
    // A batch made ahead may fail before anyone waits for it; the failure is thrown when its turn comes.
    batch.catch(() => {})
    return batch
  }

  async #make(order: Int32Array, epoch: number, step: number): Promise<ImageBatch> {
    const indices = order.slice(step * this.batchSize, (step + 1) * this.batchSize)
    for (const index of indices) {
      if (index < 0 || index >= this.#labels.length) {
        throw new DataOptionError('sampler', index, `expected indices below ${this.#labels.length}`)
      }
    }
    const [height, width] = this.imageSize
    const images = await imageBatch(
      this.#pool,
      this.#pipeline,
      this.#source(indices),
      {
        height,
        width,
        channelsLast: this.#channelsLast,
        seed: this.#seed,
        epoch,
        firstPosition: step * this.batchSize * this.#shard.worldSize + this.#shard.rank,
        positionStride: this.#shard.worldSize,
      },
      (i) => ({ file: this.#nameOf(indices[i]!), index: indices[i]! }),
    )
    const labels = tensor(BigInt64Array.from(indices, (index) => BigInt(this.#labels[index]!)))
    return new ImageBatch(images, labels, indices, epoch, step)
  }

  #source(indices: Int32Array): BatchSource {
    const images = this.#images
    if (images.kind === 'pixels') {
      return { pixels: images.data, height: images.height, width: images.width, indices }
    }
    return { files: Array.from(indices, (index) => pathOf(images, index)) }
  }

  #nameOf(index: number): string {
    return this.#images.kind === 'files' ? pathOf(this.#images, index) : `image ${index}`
  }
}

function pathOf(images: ImageSource & { kind: 'files' }, index: number): string {
  const path = images.paths[index]!
  return isAbsolute(path) ? path : join(images.root, path)
}

function countImages(images: ImageSource): number {
  if (images.kind === 'files') return images.paths.length
  const { data, height, width } = images
  const bytes = requireInteger('images.height', height, 1) * requireInteger('images.width', width, 1) * 3
  if (data.length % bytes !== 0) {
    throw new DataOptionError(
      'images.data',
      data.length,
      `expected a multiple of 3 x ${height} x ${width} bytes`,
    )
  }
  return data.length / bytes
}
