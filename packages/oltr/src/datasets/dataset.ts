// What every reader of this folder returns: labels, class names, and where the images are. Holds no tensor, so
// statistics, splits and checks of a data set run without libtorch.

import { join } from 'node:path'

/**
 * Where the pixels are. `pixels`: everything in memory, (N, 3, H, W) planar RGB, 0..255, as CIFAR stores it.
 * `files`: JPEG or PNG files, decoded by the loader when they are asked for.
 */
export type ImageSource =
  | { kind: 'pixels'; data: Uint8Array; height: number; width: number }
  | { kind: 'files'; root: string; paths: readonly string[] }

/** A labelled image set. `labels` is (N,), 0..K-1 where K is `classNames.length`; -1 marks an unknown class. */
export interface Dataset {
  readonly name: string
  readonly classNames: readonly string[]
  readonly labels: Int32Array
  readonly images: ImageSource
}

/** The label of an image whose class is none of the known ones. */
export const UNKNOWN = -1

/** Images in a source; for `pixels`, whole images only. */
export function imageCount(images: ImageSource): number {
  if (images.kind === 'files') return images.paths.length
  return Math.floor(images.data.length / (3 * images.height * images.width))
}

/** One image of a source in memory: a (3, H, W) view, not a copy. Throws RangeError outside 0..N-1. */
export function pixelsOf(images: Extract<ImageSource, { kind: 'pixels' }>, index: number): Uint8Array {
  const size = 3 * images.height * images.width
  if (!Number.isInteger(index) || index < 0 || (index + 1) * size > images.data.length) {
    throw new RangeError(`image ${index} of a set with ${imageCount(images)} images`)
  }
  return images.data.subarray(index * size, (index + 1) * size)
}

/** The absolute (or working-folder relative) path of one image file. */
export function filePath(images: Extract<ImageSource, { kind: 'files' }>, index: number): string {
  return join(images.root, images.paths[index])
}

/**
 * The images at `indices`, in that order; repeats are allowed. `change` replaces name, class names or labels (labels
 * already in the order of `indices`). Pixels are copied, so the larger set can be freed.
 */
export function subset(
  dataset: Dataset,
  indices: ArrayLike<number>,
  change: { name?: string; classNames?: readonly string[]; labels?: Int32Array } = {},
): Dataset {
  const total = dataset.labels.length
  const labels = new Int32Array(indices.length)
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]
    if (!Number.isInteger(index) || index < 0 || index >= total) {
      throw new RangeError(`${dataset.name}: index ${index} of a set with ${total} images`)
    }
    labels[i] = dataset.labels[index]
  }
  return {
    name: change.name ?? dataset.name,
    classNames: change.classNames ?? dataset.classNames,
    labels: change.labels ?? labels,
    images: selectImages(dataset.images, indices),
  }
}

function selectImages(images: ImageSource, indices: ArrayLike<number>): ImageSource {
  if (images.kind === 'files') {
    return { kind: 'files', root: images.root, paths: Array.from(indices, (index) => images.paths[index]) }
  }
  const size = 3 * images.height * images.width
  const data = new Uint8Array(indices.length * size)
  for (let i = 0; i < indices.length; i++) data.set(pixelsOf(images, indices[i]), i * size)
  return { kind: 'pixels', data, height: images.height, width: images.width }
}

/** Images per class, (K,). Unknown images (-1) are not counted; a class without images counts 0. */
export function classCounts(dataset: Dataset): Int32Array {
  const counts = new Int32Array(dataset.classNames.length)
  for (const label of dataset.labels) if (label >= 0) counts[label]++
  return counts
}

/** The indices of each class's images in ascending order: K lists, empty where a class has no image. */
export function indicesByClass(labels: Int32Array, classes: number): number[][] {
  const lists: number[][] = Array.from({ length: classes }, () => [])
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) lists[labels[i]].push(i)
  return lists
}
