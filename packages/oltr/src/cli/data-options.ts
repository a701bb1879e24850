// Which data a `data` command looks at: a folder or archive whose format is recognised, or a recipe's data, each with the
// few options that people change.

import { readdir, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { Option } from 'commander'
import type { DataConfig, DataConfigInput, DataFormat } from '../datasets/data-config.ts'
import { DATA_FORMATS, parseDataConfig, usualImageSize } from '../datasets/data-config.ts'
import { ConfigError, DataError } from '../errors.ts'

export interface DataOptions {
  readonly recipe?: string
  readonly config?: string
  readonly set?: readonly string[]
  readonly format?: DataFormat
  readonly train?: string
  readonly val?: string
  readonly test?: string
  readonly open?: string
  readonly classNames?: string
  readonly imbalance?: number
  readonly profile?: 'exponential' | 'lomax'
  readonly seed?: number
  readonly json?: boolean
}

/** Adds the options that choose a data set. */
export function withDataOptions(command: Command): Command {
  return command
    .argument('[path]', 'folder or archive of the images, or a CSV file')
    .addOption(new Option('--format <format>', 'default: recognised by its files').choices(DATA_FORMATS))
    .option('--train <file>', 'training list (format list, csv, inaturalist)')
    .option('--val <file>', 'validation list')
    .option('--test <file>', 'test list')
    .option('--open <file>', 'list of unknown images')
    .option('--class-names <file>', 'one class name per line, line 1 for label 0')
    .option(
      '--imbalance <number>',
      'give the training images a long tail: largest / smallest class',
      numberOption,
    )
    .addOption(new Option('--profile <profile>', 'shape of that tail').choices(['exponential', 'lomax']))
    .option('--seed <number>', 'seed of the tail and of splits', numberOption)
    .option('--recipe <name>', "a recipe's data; [path] and --set change it")
    .option('--config <file>', 'YAML or JSON over the recipe')
    .option('--set <path=value...>', 'change one value of the recipe, such as data.heldOut.classes=10')
    .option('--json', 'print the result as JSON, and progress as JSON lines on standard error')
}

/** A number on the command line. Throws ConfigError. */
export function numberOption(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new ConfigError('option', text, 'expected a number')
  return value
}

/** The data configuration that arguments stand for. Throws ConfigError, or DataError for a path that is not there. */
export async function dataConfigOf(path: string | undefined, options: DataOptions): Promise<DataConfig> {
  if (options.recipe !== undefined) {
    const { resolveConfig } = await import('./settings.ts')
    const { recipe, config, set } = options
    const { data } = resolveConfig({ recipe, config, set, data: path })
    return parseDataConfig(data)
  }
  if (options.config !== undefined || options.set !== undefined) {
    throw new ConfigError('--recipe', undefined, '--config and --set change a recipe: name one')
  }
  const format = options.format ?? (await recogniseFormat(path, options))
  const seed = options.seed ?? 0
  const input: DataConfigInput = { format, path, seed, imageSize: usualImageSize(format) }
  if (options.train !== undefined) {
    input.lists = { train: options.train, val: options.val, test: options.test, open: options.open }
  }
  if (options.classNames !== undefined) input.classNames = options.classNames
  if (options.imbalance !== undefined) {
    input.longTail = { profile: options.profile ?? 'exponential', imbalance: options.imbalance, seed }
  }
  return parseDataConfig(input)
}

/** The format that the files of a folder, or the name of an archive, show. */
export async function recogniseFormat(
  path: string | undefined,
  options: Pick<DataOptions, 'train'> = {},
): Promise<DataFormat> {
  if (path === undefined) return 'generated'
  const info = await stat(path).catch((cause: unknown) => {
    throw new DataError(path, 'expected a folder or archive of images, there is nothing; check the path', {
      cause,
    })
  })
  const list = options.train?.toLowerCase()
  if (list?.endsWith('.json')) return 'inaturalist'
  if (list?.endsWith('.csv') || path.toLowerCase().endsWith('.csv')) return 'csv'
  if (list !== undefined) return 'list'
  if (!info.isDirectory()) {
    if (/cifar-?100/i.test(path)) return 'cifar100'
    if (/cifar-?10/i.test(path)) return 'cifar10'
    throw new ConfigError(
      '--format',
      path,
      `this file could be several formats, say which: ${DATA_FORMATS.join(', ')}`,
    )
  }
  const names = new Set(await readdir(path))
  const has = (...wanted: string[]) => wanted.some((name) => names.has(name))
  if (has('train.bin', 'cifar-100-binary', 'cifar-100-python') || (has('meta') && has('train')))
    return 'cifar100'
  if (has('data_batch_1.bin', 'data_batch_1', 'cifar-10-batches-bin', 'cifar-10-batches-py')) return 'cifar10'
  if (has('wnids.txt', 'tiny-imagenet-200')) return 'tiny-imagenet'
  if (has('train2018.json')) return 'inaturalist'
  return 'folder'
}
