// One image, or a few, without a loader: for checking files and for prediction.

import type { Tensor } from '../tensor.ts'
import { DataOptionError } from './data-errors.ts'
import { decode, type EncodedImage, imageBatch, imagePipeline, imagePool } from './native-images.ts'
import { outputSize, type Transform } from './transforms.ts'

export interface DecodedImage {
  readonly width: number
  readonly height: number
  readonly format: 'jpeg' | 'png'
  /** RGB bytes, rows from the top, three to a pixel. */
  readonly data: Uint8Array
}

/**
 * Decodes a JPEG or PNG, told apart by content: 8-bit RGB, turned upright by its EXIF orientation, transparency
 * dropped. Throws DataLoadError for anything that is not a whole image of at most 50 megapixels.
 */
export async function decodeImage(
  image: EncodedImage,
  options: { workers?: number } = {},
): Promise<DecodedImage> {
  const { width, height, format, data } = await decode(imagePool(options.workers), image, true)
  return { width, height, format, data: data! }
}

/** Decodes completely, as decodeImage does, but returns only what the image is: for checking many files. */
export async function inspectImage(
  image: EncodedImage,
  options: { workers?: number } = {},
): Promise<Omit<DecodedImage, 'data'>> {
  const { width, height, format } = await decode(imagePool(options.workers), image, false)
  return { width, height, format }
}

/**
 * Loads images into one tensor (N, 3, H, W) of float32, which the caller disposes.
 *
 * @param images paths or encoded bytes, at least one
 * @param options.seed for random transforms; image i uses stream i
 * Throws DataLoadError for the first image that cannot be loaded.
 */
export async function loadImages(
  images: readonly EncodedImage[],
  transforms: readonly Transform[],
  options: { workers?: number; seed?: number; memoryFormat?: 'contiguous_format' | 'channels_last' } = {},
): Promise<Tensor> {
  if (images.length === 0) throw new DataOptionError('images', [], 'expected at least one image')
  const [height, width] = outputSize(transforms, null)
  return imageBatch(
    imagePool(options.workers),
    imagePipeline(transforms),
    { files: images },
    {
      height,
      width,
      channelsLast: options.memoryFormat === 'channels_last',
      seed: options.seed ?? 0,
      epoch: 0,
      firstPosition: 0,
      positionStride: 1,
    },
    (i) => ({ file: typeof images[i] === 'string' ? (images[i] as string) : `image ${i}`, index: i }),
  )
}
