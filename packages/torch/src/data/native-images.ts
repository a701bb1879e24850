// The image part of the addon (native/image/image-api.cpp), with its failures turned into typed errors.

import { availableParallelism } from 'node:os'
import { nameFault } from '../files/file-names.ts'
import { type Handle, native } from '../native.ts'
import { Tensor } from '../tensor.ts'
import { DataLoadError, type ImageFault, requireInteger } from './data-errors.ts'
import { completeTransforms, type Transform } from './transforms.ts'

/** Opaque native objects. */
export type NativePool = { readonly __pool: unique symbol }
export type NativePipeline = { readonly __pipeline: unique symbol }

/** A path, or the bytes of an encoded image. */
export type EncodedImage = string | Uint8Array

export type BatchSource =
  | { pixels: Uint8Array; height: number; width: number; indices: Int32Array }
  | { files: readonly EncodedImage[] }

export interface BatchOrder {
  height: number
  width: number
  channelsLast: boolean
  seed: number
  epoch: number
  /** Image i of the batch has position first + i * stride in the epoch. */
  firstPosition: number
  positionStride: number
}

interface NativeImages {
  imagePool(workers: number): NativePool
  imagePipeline(transforms: readonly object[]): NativePipeline
  imageBatch(
    pool: NativePool,
    pipeline: NativePipeline,
    source: BatchSource,
    order: BatchOrder,
  ): Promise<Handle>
  imageDecode(
    pool: NativePool,
    image: EncodedImage,
    keepPixels: boolean,
  ): Promise<{ width: number; height: number; format: 'jpeg' | 'png'; data: Uint8Array | null }>
}

const images = native as unknown as NativeImages

const pools = new Map<number, NativePool>()

/** The worker threads; loaders that ask for the same number share them. They live as long as the process. */
export function imagePool(workers = availableParallelism()): NativePool {
  requireInteger('workers', workers, 1)
  let pool = pools.get(workers)
  if (pool === undefined) {
    pool = images.imagePool(workers)
    pools.set(workers, pool)
  }
  return pool
}

export function imagePipeline(transforms: readonly Transform[]): NativePipeline {
  return images.imagePipeline(completeTransforms(transforms))
}

/**
 * Makes a batch (B, 3, H, W) of float32 on the worker threads.
 * @param nameOf the file and the data-set index of image i of the batch, for the error
 */
export async function imageBatch(
  pool: NativePool,
  pipeline: NativePipeline,
  source: BatchSource,
  order: BatchOrder,
  nameOf: (i: number) => { file: string; index?: number },
): Promise<Tensor> {
  return new Tensor(await images.imageBatch(pool, pipeline, source, order).catch(typed(nameOf)))
}

export function decode(pool: NativePool, image: EncodedImage, keepPixels: boolean) {
  const file = typeof image === 'string' ? image : `image of ${image.length} bytes`
  return images.imageDecode(pool, image, keepPixels).catch(typed(() => ({ file })))
}

function typed(nameOf: (i: number) => { file: string; index?: number }): (error: unknown) => never {
  return (error) => {
    const { message, reason, index } = error as { message: string; reason?: ImageFault; index?: number }
    if (reason === undefined) throw error
    const place = nameOf(index ?? 0)
    const misnamed = reason === 'missing' ? nameFault(place.file) : null
    if (misnamed !== null)
      throw new DataLoadError(place.file, 'unreadable', misnamed, { index: place.index, cause: error })
    throw new DataLoadError(place.file, reason, message, { index: place.index, cause: error })
  }
}
