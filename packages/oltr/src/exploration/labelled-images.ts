// The images that are labelled already, by content: a person is not asked about what the model was trained on, or what was
// answered in an earlier round.

import fs from 'node:fs'
import { sha256, sha256File } from '@oltr/torch/files'
import { type Dataset, filePath, imageCount, pixelsOf } from '../datasets/dataset.ts'
import { loadSplits } from '../datasets/load-splits.ts'
import { DataError } from '../errors.ts'
import { readRunConfig } from '../read-run-config.ts'
import { namedImages } from './versions.ts'

/**
 * Content hashes of the run's training images and of those answered since. Of training files only those as large as some
 * image of the pool are read. Where the training data are gone, the answered ones alone.
 */
export async function labelledImages(run: string, pool: Dataset): Promise<Set<string>> {
  const ids = new Set(namedImages(run).map(({ id }) => id))
  const train = await trainingImages(run)
  if (train?.images.kind === 'pixels') {
    for (let at = 0; at < imageCount(train.images); at++) ids.add(sha256(pixelsOf(train.images, at)))
  } else if (train?.images.kind === 'files' && pool.images.kind === 'files') {
    const { images } = pool
    const sizes = new Set(images.paths.map((_, at) => sizeOf(filePath(images, at))))
    for (let at = 0; at < train.labels.length; at++) {
      const file = filePath(train.images, at)
      if (sizes.has(sizeOf(file))) ids.add(await sha256File(file))
    }
  }
  return ids
}

async function trainingImages(run: string): Promise<Dataset | null> {
  try {
    return (await loadSplits(readRunConfig(run).data)).train
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    process.stderr.write(`warning: training images cannot be compared with the pool (${error.message})\n`)
    return null
  }
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? -1
}
