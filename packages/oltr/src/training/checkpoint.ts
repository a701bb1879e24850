// Checkpoints: everything a stage needs to go on as if nothing had happened. One file each, written whole or not at
// all, with its own SHA-256 inside; when the newest cannot be read, the one before it is used.

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FormatError, type Tensor } from '@oltr/torch'
import type { SamplerState } from '@oltr/torch/data'
import { loadTensors, saveTensors } from '@oltr/torch/io'
import { DataError } from '../errors.ts'
import type { StageName } from './run-folder.ts'
import type { RunningMeansState } from './running-means.ts'

/** Where a stage stands: `step` steps of epoch `epoch` (from 0) are done. */
export interface StagePosition {
  readonly stage: StageName
  readonly epoch: number
  readonly step: number
  /** Steps of the whole stage done so far. */
  readonly totalSteps: number
  /** What the order of the images follows from. */
  readonly sampler: SamplerState
  /** Settings and counters of each optimiser, as its own JSON text. */
  readonly optimisers: readonly string[]
  /** Means over the steps of the epoch so far. */
  readonly means: RunningMeansState
}

export interface Checkpoint {
  readonly position: StagePosition
  /** `model.<key>`, `optimiser.<i>.<key>`, `random`. */
  readonly tensors: Map<string, Tensor>
}

const KEPT = 2

/** Writes a checkpoint and removes all but the newest two of its stage. */
export function saveCheckpoint(folder: string, { position, tensors }: Checkpoint): void {
  const order = String(position.totalSteps).padStart(9, '0')
  saveTensors(join(folder, `${position.stage}-${order}.safetensors`), tensors, {
    position: JSON.stringify(position),
  })
  for (const name of checkpointNames(folder, position.stage).slice(KEPT)) rmSync(join(folder, name))
}

/**
 * The newest checkpoint of a stage that is intact, or null when there is none. `warn` hears of each damaged one, which
 * is removed once an intact one is found.
 * Throws DataError when all that exist are damaged.
 */
export function latestCheckpoint(
  folder: string,
  stage: StageName,
  warn: (message: string) => void,
): Checkpoint | null {
  const names = checkpointNames(folder, stage)
  const damaged: string[] = []
  for (const name of names) {
    try {
      const checkpoint = readCheckpoint(join(folder, name))
      // A damaged one would keep counting as the newest, and crowd out good ones.
      for (const each of damaged) rmSync(join(folder, each))
      return checkpoint
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      damaged.push(name)
      warn(`${error.message}; trying the checkpoint before it`)
    }
  }
  if (names.length === 0) return null
  throw new DataError(
    folder,
    `no checkpoint of ${stage} can be read (${names.join(', ')}); remove them to start the stage again`,
  )
}

/** Whether a stage was begun and left a checkpoint. */
export function hasCheckpoint(folder: string, stage: StageName): boolean {
  return checkpointNames(folder, stage).length > 0
}

function readCheckpoint(file: string): Checkpoint {
  const { tensors, metadata } = loadTensors(file, { requireChecksum: true })
  try {
    return { position: JSON.parse(metadata.position ?? '') as StagePosition, tensors }
  } catch (cause) {
    for (const tensor of tensors.values()) tensor.dispose()
    throw new FormatError(file, 'does not say where the stage stood', { cause })
  }
}

/** Removes the checkpoints of a stage that is finished. */
export function removeCheckpoints(folder: string, stage: StageName): void {
  for (const name of checkpointNames(folder, stage)) rmSync(join(folder, name))
}

/** Newest first. */
function checkpointNames(folder: string, stage: StageName): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${stage}-`) && name.endsWith('.safetensors'))
    .sort()
    .reverse()
}
