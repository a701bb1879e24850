// The one place that knows which reader belongs to which format. Readers are loaded when their format is asked for.

import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { ConfigError, DataError } from '../errors.ts'
import type { DataConfig } from './data-config.ts'
import type { Dataset } from './dataset.ts'
import { subset, UNKNOWN } from './dataset.ts'
import { stratifiedSplit } from './validation-split.ts'

/** A data set as its format has it, before any selection. */
export interface SourceParts {
  readonly train: Dataset
  readonly validation: Dataset | null
  readonly test: Dataset
  readonly open: Dataset | null
  readonly openValidation: Dataset | null
}

/** Shares of each class for a data set that comes in one piece; the rest trains. */
export const STRATIFIED_SHARES = { test: 0.2, validation: 0.1 } as const

/**
 * Reads the data set of a configuration. A format without a test part is split by class and seed. Throws ConfigError
 * where the format needs a key that is absent, DataError for data that cannot be used.
 */
export async function readSource(config: DataConfig): Promise<SourceParts> {
  const found = await readFormat(config)
  const named = await classNamesOf(config)
  if (!named) return found
  const rename = <T extends Dataset | null>(set: T): T => (set ? { ...set, classNames: named } : set)
  if (found.train.classNames.length !== named.length) {
    throw new ConfigError(
      'data.classNames',
      named.length,
      `the data has ${found.train.classNames.length} classes`,
    )
  }
  return {
    train: rename(found.train),
    validation: rename(found.validation),
    test: rename(found.test),
    open: rename(found.open),
    openValidation: rename(found.openValidation),
  }
}

async function readFormat(config: DataConfig): Promise<SourceParts> {
  const none = { validation: null, open: null, openValidation: null }
  switch (config.format) {
    case 'generated': {
      const { generateDataset } = await import('./generated.ts')
      const drawn = generateDataset({ size: config.imageSize, seed: config.seed, ...config.generated })
      const unlessEmpty = (set: Dataset) => (set.labels.length > 0 ? set : null)
      return {
        train: drawn.train,
        validation: unlessEmpty(drawn.validation),
        test: drawn.test,
        open: unlessEmpty(drawn.open),
        openValidation: unlessEmpty(drawn.openValidation),
      }
    }
    case 'cifar10':
    case 'cifar100': {
      const { readCifar } = await import('./cifar.ts')
      return { ...none, ...(await readCifar(needed(config), config.format)) }
    }
    case 'tiny-imagenet': {
      const { readTinyImagenet } = await import('./tiny-imagenet.ts')
      return { ...none, ...(await readTinyImagenet(needed(config))) }
    }
    case 'folder': {
      const { readClassFolders } = await import('./class-folders.ts')
      return withTest({ ...(await readClassFolders(needed(config))), openValidation: null }, config.seed)
    }
    case 'inaturalist':
      return readInaturalistParts(config)
    case 'list':
      return readLists(config)
    case 'csv':
      return readCsvParts(config)
  }
}

function needed(config: DataConfig): string {
  if (config.path !== undefined) return config.path
  throw new ConfigError(
    'data.path',
    undefined,
    `format ${config.format} needs the folder or archive of the images`,
  )
}

/** A file named in the configuration: as given, or inside the data set's folder when it is only there. */
async function locate(root: string, file: string): Promise<string> {
  if (isAbsolute(file) || (await stat(file).catch(() => null))) return file
  const inside = join(root, file)
  return (await stat(inside).catch(() => null)) ? inside : file
}

async function classNamesOf(config: DataConfig): Promise<string[] | null> {
  const { classNames } = config
  if (classNames === undefined || Array.isArray(classNames)) return classNames ?? null
  const file = await locate(config.path ?? '.', classNames)
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new DataError(file, `expected class names, one per line (${(cause as Error).message})`, { cause })
  })
  const names = text.split(/\r?\n/).map((line) => line.trim())
  return names.filter((name) => name !== '')
}

/** Adds the test part, and the validation part where there is none, out of the training images. */
function withTest(found: Omit<SourceParts, 'test'> & { test: Dataset | null }, seed: number): SourceParts {
  const { train, validation, test } = found
  if (test) return { ...found, test }
  const shares = { test: STRATIFIED_SHARES.test, validation: validation ? 0 : STRATIFIED_SHARES.validation }
  const parts = stratifiedSplit(train.labels, train.classNames.length, { ...shares, seed })
  const some = (name: string, indices: Int32Array) =>
    subset(train, indices, { name: `${train.name} (${name})` })
  const carved = parts.validation.length > 0 ? some('validation', parts.validation) : null
  return {
    ...found,
    train: some('train', parts.train),
    validation: validation ?? carved,
    test: some('test', parts.test),
  }
}

async function readLists(config: DataConfig): Promise<SourceParts> {
  const { readListFile, classesIn } = await import('./list-file.ts')
  const root = needed(config)
  const { lists } = config
  if (!lists) throw new ConfigError('data.lists', undefined, 'format list needs lists.train and lists.test')
  const names = await classNamesOf(config)
  const set = (
    name: string,
    list: { paths: readonly string[]; labels: Int32Array },
    classNames: readonly string[],
  ) =>
    ({ name, classNames, labels: list.labels, images: { kind: 'files', root, paths: list.paths } }) as Dataset
  const train = await readListFile(await locate(root, lists.train), {
    classes: names?.length,
    unknown: 'refused',
  })
  const classes = names?.length ?? classesIn(train.labels)
  const classNames = names ?? Array.from({ length: classes }, (_, label) => `class ${label}`)
  const read = async (file: string | undefined, unknown: 'refused' | 'required'): Promise<Dataset | null> => {
    if (file === undefined) return null
    return set(basename(file), await readListFile(await locate(root, file), { classes, unknown }), classNames)
  }
  const parts = {
    train: set(basename(lists.train), train, classNames),
    validation: await read(lists.val, 'refused'),
    test: await read(lists.test, 'refused'),
    open: await read(lists.open, 'required'),
    openValidation: null,
  }
  await checkFirstFile(parts.train)
  return withTest(parts, config.seed)
}

/** Finds a wrong root at once instead of at the first batch; `oltr data verify` looks at every file. */
async function checkFirstFile(train: Dataset): Promise<void> {
  if (train.images.kind !== 'files') return
  const file = join(train.images.root, train.images.paths[0])
  if (await stat(file).catch(() => null)) return
  throw new DataError(
    file,
    'the first image of the training list is missing; check data.path, and `oltr data verify` names every missing file',
  )
}

async function readInaturalistParts(config: DataConfig): Promise<SourceParts> {
  const { readInaturalist } = await import('./inaturalist.ts')
  const root = needed(config)
  const lists = config.lists ?? {
    train: 'train2018.json',
    val: undefined,
    test: 'val2018.json',
    open: undefined,
  }
  const train = await readInaturalist(await locate(root, lists.train), { root })
  const other = async (file: string | undefined): Promise<Dataset | null> =>
    file === undefined
      ? null
      : (await readInaturalist(await locate(root, file), { root, classes: train.classes })).dataset
  if (lists.open !== undefined) {
    throw new ConfigError('data.lists.open', lists.open, 'format inaturalist has no open list; use data.open')
  }
  await checkFirstFile(train.dataset)
  const parts = { train: train.dataset, validation: await other(lists.val), test: await other(lists.test) }
  return withTest({ ...parts, open: null, openValidation: null }, config.seed)
}

async function readCsvParts(config: DataConfig): Promise<SourceParts> {
  const { readCsv, csvClasses, csvLabels } = await import('./csv.ts')
  const path = needed(config)
  const single = (await stat(path).catch(() => null))?.isDirectory() !== true
  const root = single ? dirname(path) : path
  const { lists } = config
  if (!single && !lists) {
    throw new ConfigError(
      'data.path',
      path,
      'format csv needs the CSV file, or a folder with data.lists.train',
    )
  }
  const files: [part: 'train' | 'val' | 'test' | 'open', file: string | undefined][] = single
    ? [['train', path]]
    : [
        ['train', lists?.train],
        ['val', lists?.val],
        ['test', lists?.test],
        ['open', lists?.open],
      ]
  const names = await classNamesOf(config)
  let classNames: string[] | undefined
  const parts: Partial<Record<string, Dataset>> = {}
  for (const [given, file] of files) {
    if (file === undefined) continue
    const rows = await readCsv(single ? file : await locate(root, file))
    const rowsOf = (part: string) =>
      [...rows.paths.keys()].filter((row) => (rows.splits[row] || given) === part)
    classNames ??= csvClasses(rows, rowsOf('train'), names ?? undefined)
    for (const part of ['train', 'val', 'test', 'open']) {
      const chosen = rowsOf(part)
      if (chosen.length === 0) continue
      if (parts[part])
        throw new DataError(rows.file, `these ${part} rows are also given by another file; keep one`)
      const labels =
        part === 'open' ? new Int32Array(chosen.length).fill(UNKNOWN) : csvLabels(rows, chosen, classNames)
      const paths = chosen.map((row) => rows.paths[row])
      parts[part] = {
        name: `${basename(file)}/${part}`,
        classNames,
        labels,
        images: { kind: 'files', root, paths },
      }
    }
  }
  const { train, val = null, test = null, open = null } = parts
  if (!train) throw new DataError(path, 'expected training rows, every row belongs to another split')
  await checkFirstFile(train)
  return withTest({ train, validation: val, test, open, openValidation: null }, config.seed)
}
