// What a run leaves on disk, and where.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { removeStaleTemporaries } from '@oltr/torch/files'

export type StageName = 'stage1' | 'stage2'

export interface RunFolder {
  readonly path: string
  /** The complete configuration. */
  readonly config: string
  /** The precision that was measured to be the faster one. */
  readonly precision: string
  /** Index lists of every part of the data, with their SHA-256. */
  readonly split: string
  /** One JSON object a line: the truth about the run's course. */
  readonly metrics: string
  /** The same for TensorBoard. */
  readonly events: string
  readonly checkpoints: string
  /** The finished model of a stage. */
  readonly model: (stage: StageName) => string
}

/** The paths of a run. */
export function runFolder(path: string): RunFolder {
  return {
    path,
    config: join(path, 'config.json'),
    precision: join(path, 'precision.json'),
    split: join(path, 'split.json'),
    metrics: join(path, 'metrics.jsonl'),
    events: join(path, 'events'),
    checkpoints: join(path, 'checkpoints'),
    model: (stage) => join(path, stage === 'stage1' ? 'plain.safetensors' : 'oltr.safetensors'),
  }
}

/** The same; the folders are made where they are missing. */
export function openRunFolder(path: string): RunFolder {
  const folder = runFolder(path)
  mkdirSync(folder.checkpoints, { recursive: true })
  // What a killed run was writing.
  removeStaleTemporaries(folder.path)
  removeStaleTemporaries(folder.checkpoints)
  return folder
}
