// A run folder belongs to one configuration and to one choice of images. Whoever continues it, or judges its models, must
// come with the same: other images would make the curve a lie and could put training images into the test.

import { existsSync, readFileSync } from 'node:fs'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { readSplitRecord, SPLIT_PARTS, type SplitRecord, writeSplitRecord } from '../datasets/split-record.ts'
import { ConfigError, DataError } from '../errors.ts'
import type { RunConfig } from '../run-config.ts'
import type { RunFolder } from './run-folder.ts'

/** Throws ConfigError, saying the first difference, when the folder holds a run of another configuration. */
export function checkConfiguration(folder: RunFolder, config: RunConfig): void {
  if (!existsSync(folder.config)) return
  const stored = readFileSync(folder.config, 'utf8')
  const wanted = configText(config)
  if (stored === wanted) return
  throw new ConfigError(
    'run',
    folder.path,
    `this folder holds a run of another configuration (${firstDifference(stored, wanted)}); choose another --run`,
  )
}

/** Throws DataError when the images are not those that the run began with. */
export async function checkSplit(folder: RunFolder, record: SplitRecord): Promise<void> {
  if (!existsSync(folder.split)) return
  const before = await readSplitRecord(folder.split)
  const hashes = ({ parts }: SplitRecord, name: (typeof SPLIT_PARTS)[number]): string => {
    const part = parts[name]
    return part ? `${part.sha256} ${part.labelsSha256} ${part.imagesSha256}` : ''
  }
  const changed = SPLIT_PARTS.filter((name) => hashes(before, name) !== hashes(record, name))
  if (before.classNames.join('\n') !== record.classNames.join('\n')) changed.unshift('train')
  if (changed.length === 0) return
  const counts = `${before.parts[changed[0]]?.indices.length ?? 0} images of ${changed[0]} then, ${record.parts[changed[0]]?.indices.length ?? 0} now`
  throw new DataError(
    folder.split,
    `the data changed since this run began (${counts}, or others); restore the data, or start a run in another folder`,
  )
}

/** Writes down whose folder this is, once the data have proved to be usable. */
export async function claim(folder: RunFolder, config: RunConfig, record: SplitRecord): Promise<void> {
  checkConfiguration(folder, config)
  await checkSplit(folder, record)
  if (!existsSync(folder.config)) writeFileAtomicSync(folder.config, configText(config))
  if (!existsSync(folder.split)) await writeSplitRecord(folder.split, record)
}

function configText(config: RunConfig): string {
  return `${JSON.stringify(config, null, 2)}\n`
}

function firstDifference(stored: string, wanted: string): string {
  const before = stored.split('\n')
  const after = wanted.split('\n')
  const at = Array.from({ length: Math.max(before.length, after.length) }).findIndex(
    (_, i) => before[i] !== after[i],
  )
  const shown = (line: string | undefined): string => (line ?? 'nothing').trim().replace(/,$/, '')
  return `${shown(before[at])} there, ${shown(after[at])} now`
}
