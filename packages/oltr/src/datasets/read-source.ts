// The one place that knows which reader belongs to which format. Readers are loaded when their format is asked for.

import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { ConfigError, DataError } from '../errors.ts'
import type { DataConfig } from './data-config.ts'
import type { Dataset } from './dataset.ts'
import { filePath, UNKNOWN } from './dataset.ts'
import type { ReportEntry } from './list-file.ts'
import type { Selection } from './selection.ts'
import { pick, selectAll } from './selection.ts'
import { stratifiedSplit } from './validation-split.ts'

/** A data set as its format has it: whole lists, or shares of one list where the format has no test part. */
export interface SourceParts {
  readonly train: Selection
  readonly validation: Selection | null
  readonly test: Selection
  readonly open: Selection | null
  readonly openValidation: Selection | null
}

/** What a reader returns. */
interface FormatParts {
  readonly train: Dataset
  readonly validation?: Dataset | null
  readonly test: Dataset | null
  readonly open?: Dataset | null
  readonly openValidation?: Dataset | null
}

/** Shares of each class for a data set that comes in one piece; the rest trains. */
export const STRATIFIED_SHARES = { test: 0.2, validation: 0.1 } as const

/**
 * Reads the data set of a configuration. A format without a test part is split by class and seed. Throws ConfigError
 * where the format needs a key that is absent, DataError for data that cannot be used. With `report`, wrong entries of list
 * and CSV files are reported and left out instead, and the first missing image is not looked for.
 */
export async function readSource(config: DataConfig, report?: ReportEntry): Promise<SourceParts> {
  const found = withTest(await readFormat(config, report), config.seed)
  const classNames = await classNamesOf(config)
  if (!classNames) return found
  if (found.train.classNames.length !== classNames.length) {
    const expected = `one name for each of the ${found.train.classNames.length} classes of the data`
    throw new ConfigError('data.classNames', classNames.length, expected)
  }
  const rename = <T extends Selection | null>(part: T): T => (part ? { ...part, classNames } : part)
  return {
    train: rename(found.train),
    validation: rename(found.validation),
    test: rename(found.test),
    open: rename(found.open),
    openValidation: rename(found.openValidation),
  }
}

async function readFormat(config: DataConfig, report?: ReportEntry): Promise<FormatParts> {
  switch (config.format) {
    case 'generated': {
      const { generateDataset } = await import('./generated.ts')
      return generateDataset({ size: config.imageSize, seed: config.seed, ...config.generated })
    }
    case 'cifar10':
    case 'cifar100': {
      const { readCifar } = await import('./cifar.ts')
      return readCifar(needed(config), config.format)
    }
    case 'tiny-imagenet': {
      const { readTinyImagenet } = await import('./tiny-imagenet.ts')
      return readTinyImagenet(needed(config))
    }
    case 'folder': {
      const { readClassFolders } = await import('./class-folders.ts')
      return readClassFolders(needed(config))
    }
    case 'inaturalist':
      return readInaturalistParts(config, report)
    case 'list':
      return readLists(config, report)
    case 'csv':
      return readCsvParts(config, report)
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
function withTest(found: FormatParts, seed: number): SourceParts {
  const unlessEmpty = (set: Dataset | null | undefined) =>
    set && set.labels.length > 0 ? selectAll(set) : null
  const train = selectAll(found.train)
  const others = {
    validation: unlessEmpty(found.validation),
    open: unlessEmpty(found.open),
    openValidation: unlessEmpty(found.openValidation),
  }
  if (found.test) return { train, test: selectAll(found.test), ...others }
  const validation = others.validation ? 0 : STRATIFIED_SHARES.validation
  const shares = { test: STRATIFIED_SHARES.test, validation, seed }
  const parts = stratifiedSplit(train.labels, train.classNames.length, shares)
  return {
    ...others,
    train: pick(train, parts.train),
    validation: others.validation ?? (parts.validation.length > 0 ? pick(train, parts.validation) : null),
    test: pick(train, parts.test),
  }
}

async function readLists(config: DataConfig, report?: ReportEntry): Promise<FormatParts> {
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
    report,
  })
  const classes = names?.length ?? classesIn(train.labels)
  const classNames = names ?? Array.from({ length: classes }, (_, label) => `class ${label}`)
  const read = async (file: string | undefined, unknown: 'refused' | 'required'): Promise<Dataset | null> => {
    if (file === undefined) return null
    return set(
      basename(file),
      await readListFile(await locate(root, file), { classes, unknown, report }),
      classNames,
    )
  }
  const parts = {
    train: set(basename(lists.train), train, classNames),
    validation: await read(lists.val, 'refused'),
    test: await read(lists.test, 'refused'),
    open: await read(lists.open, 'required'),
  }
  if (!report) await checkFirstFile(parts.train)
  return parts
}

/** Finds a wrong root at once instead of at the first batch; `oltr data verify` looks at every file. */
async function checkFirstFile(train: Dataset): Promise<void> {
  if (train.images.kind !== 'files') return
  const file = filePath(train.images, 0)
  if (await stat(file).catch(() => null)) return
  throw new DataError(
    file,
    'the first image of the training list is missing; check data.path, and `oltr data verify` names every missing file',
  )
}

async function readInaturalistParts(config: DataConfig, report?: ReportEntry): Promise<FormatParts> {
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
  if (!report) await checkFirstFile(train.dataset)
  const parts = { train: train.dataset, validation: await other(lists.val), test: await other(lists.test) }
  return parts
}

async function readCsvParts(config: DataConfig, report?: ReportEntry): Promise<FormatParts> {
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
    classNames ??= csvClasses(rows, rowsOf('train'), names ?? undefined, report)
    for (const part of ['train', 'val', 'test', 'open']) {
      const chosen = rowsOf(part)
      if (chosen.length === 0) continue
      if (parts[part])
        throw new DataError(rows.file, `these ${part} rows are also given by another file; keep one`)
      const found =
        part === 'open'
          ? { rows: chosen, labels: new Int32Array(chosen.length).fill(UNKNOWN) }
          : csvLabels(rows, chosen, classNames, report)
      const paths = found.rows.map((row) => rows.paths[row])
      const name = `${basename(file)}/${part}`
      parts[part] = { name, classNames, labels: found.labels, images: { kind: 'files', root, paths } }
    }
  }
  const { train, val = null, test = null, open = null } = parts
  if (!train) throw new DataError(path, 'expected training rows, every row belongs to another split')
  if (!report) await checkFirstFile(train)
  return { train, validation: val, test, open }
}
