// The one place that knows which reader belongs to which format. Readers are loaded when their format is asked for.

import { ConfigError } from '../errors.ts'
import type { DataConfig } from './data-config.ts'
import type { Dataset } from './dataset.ts'
import { RandomState } from './numpy-random.ts'
import type { Selection } from './selection.ts'
import { pick, selectAll } from './selection.ts'

/** A data set as its format has it, before any selection. */
export interface SourceParts {
  readonly train: Dataset
  readonly validation: Dataset | null
  readonly test: Dataset
  readonly open: Dataset | null
  readonly openValidation: Dataset | null
}

const NOTHING_ELSE = { validation: null, open: null, openValidation: null }

/** Reads the data set of a configuration. Throws ConfigError where the format needs a key that is absent. */
export async function readSource(config: DataConfig): Promise<SourceParts> {
  const { format } = config
  if (format === 'cifar10' || format === 'cifar100') {
    const { readCifar } = await import('./cifar.ts')
    return { ...NOTHING_ELSE, ...(await readCifar(needed(config, 'path'), format)) }
  }
  throw new ConfigError('data.format', format, 'no reader')
}

function needed(config: DataConfig, key: 'path'): string {
  const value = config[key]
  if (value === undefined) {
    throw new ConfigError(`data.${key}`, value, `format ${config.format} needs the folder or archive of the images`)
  }
  return value
}

/** Reads a second data set whose images are all unknown. */
export async function readOpenSet(
  open: NonNullable<DataConfig['open']>,
): Promise<{ open: Selection; openValidation: Selection | null }> {
  const all = selectAll(await readSecond(open))
  if (open.limit === undefined && open.validation === undefined) return { open: all, openValidation: null }
  const order = new RandomState(open.seed).permutation(all.indices.length)
  const kept = order.length - (open.validation ?? 0)
  if (kept < 1) throw new ConfigError('data.open.validation', open.validation, `at most ${order.length - 1} images`)
  const test = order.slice(0, Math.min(kept, open.limit ?? kept)).sort()
  const validation = open.validation === undefined ? null : pick(all, order.slice(kept).sort())
  return { open: pick(all, test), openValidation: validation }
}

async function readSecond(open: NonNullable<DataConfig['open']>): Promise<Dataset> {
  throw new ConfigError('data.open.format', open.format, 'no reader')
}
