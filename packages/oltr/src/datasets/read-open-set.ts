// A second data set as unknown images: loose image files, class folders, a list, CSV, another benchmark, or an archive of
// images that is unpacked once. Its labels, where it has any, are not looked at.

import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConfigError, DataError } from '../errors.ts'
import { cacheFolder, isArchiveName, unpackImages } from './archive-cache.ts'
import { readLooseImages } from './class-folders.ts'
import type { DataConfig } from './data-config.ts'
import type { Dataset } from './dataset.ts'
import { UNKNOWN } from './dataset.ts'
import { RandomState } from './numpy-random.ts'
import type { Selection } from './selection.ts'
import { pick, selectAll } from './selection.ts'

type OpenConfig = NonNullable<DataConfig['open']>

/**
 * Reads the set and divides it: the first `limit` images of a seeded order test, `validation` others fit thresholds. Throws
 * ConfigError where a key is absent or asks for more images than there are, DataError for data that cannot be used.
 */
export async function readOpenSet(
  config: OpenConfig,
): Promise<{ open: Selection; openValidation: Selection | null }> {
  const all = selectAll(await readSecond(config))
  if (config.limit === undefined && config.validation === undefined)
    return { open: all, openValidation: null }
  const order = new RandomState(config.seed).permutation(all.indices.length)
  const kept = order.length - (config.validation ?? 0)
  if (kept < 1) {
    throw new ConfigError(
      'data.open.validation',
      config.validation,
      `expected at most ${order.length - 1} images`,
    )
  }
  const test = order.slice(0, Math.min(kept, config.limit ?? kept)).sort()
  const validation = config.validation === undefined ? null : pick(all, order.slice(kept).sort())
  return { open: pick(all, test), openValidation: validation }
}

async function readSecond(config: OpenConfig): Promise<Dataset> {
  const { format, split } = config
  if (format === 'cifar10' || format === 'cifar100') {
    const { readCifar } = await import('./cifar.ts')
    const both = await readCifar(config.path, format)
    return split === 'train' ? both.train : both.test
  }
  const path = isArchiveName(config.path)
    ? await unpackImages(config.path, config.cache ?? cacheFolder())
    : config.path
  if (format === 'images' || format === 'folder') return readLooseImages(path, await partFolder(path, config))
  if (format === 'tiny-imagenet') {
    const tiny = await import('./tiny-imagenet.ts')
    if (split === 'test') return tiny.readTinyImagenetTest(path)
    const both = await tiny.readTinyImagenet(path)
    return split === 'train' ? both.train : both.test
  }
  const list = config.list ?? (format === 'csv' && path.endsWith('.csv') ? path : undefined)
  if (list === undefined)
    throw new ConfigError('data.open.list', list, `format ${format} needs the ${format} file`)
  const root = list === path ? dirname(path) : path
  const file = (await stat(list).catch(() => null)) ? list : join(path, list)
  const paths = format === 'csv' ? await csvPaths(file, split) : await listPaths(file)
  return {
    name: file,
    classNames: [],
    labels: new Int32Array(paths.length).fill(UNKNOWN),
    images: { kind: 'files', root, paths },
  }
}

/** For class folders with parts, the part asked for; else everything below the folder. */
async function partFolder(path: string, config: OpenConfig): Promise<string> {
  if (config.format !== 'folder') return ''
  return (await stat(join(path, config.split)).catch(() => null))?.isDirectory() ? config.split : ''
}

async function listPaths(file: string): Promise<readonly string[]> {
  const { readListFile } = await import('./list-file.ts')
  // Any label will do, so none is out of range.
  return (await readListFile(file, { classes: Number.MAX_SAFE_INTEGER, unknown: 'allowed' })).paths
}

async function csvPaths(file: string, split: string): Promise<readonly string[]> {
  const { readCsv } = await import('./csv.ts')
  const rows = await readCsv(file)
  const paths = rows.paths.filter((_, row) => rows.splits[row] === '' || rows.splits[row] === split)
  if (paths.length === 0) throw new DataError(file, `expected rows of split ${split}, there are none`)
  return paths
}
