// What a round of exploration leaves on disk, read without its model: what was asked for, and which images were chosen.

import fs from 'node:fs'
import { join } from 'node:path'
import { DataError } from '../errors.ts'
import type { ScoreOptions } from './scores.ts'
import type { ImageSelection } from './select-images.ts'

export interface RoundOptions {
  /** Folder of images. */
  readonly pool: string
  /** `200` or `10%`. */
  readonly budget: string
  /** Strategy, as `energy` or `energy@unit`. */
  readonly arm: string
  readonly scores: ScoreOptions
  readonly seed: number
  readonly json?: boolean
}

/** round.json: what a round was asked to do, and of which version of the model. */
export interface RoundRecord extends Omit<RoundOptions, 'json'> {
  readonly version: number
  /** SHA-256 of that version's file. */
  readonly model: string
}

/** Where a run's next round goes: the newest one where it asked the same pool and has no choice yet, else a new one. */
export function nextRound(run: string, pool: string): string {
  for (let number = 1; ; number++) {
    const folder = join(run, 'rounds', String(number))
    const file = join(folder, 'round.json')
    if (!fs.existsSync(file)) return folder
    const stopped = !fs.existsSync(join(folder, 'selection.json'))
    if (stopped && (JSON.parse(fs.readFileSync(file, 'utf8')) as RoundRecord).pool === pool) return folder
  }
}

/** A round that was explored. Throws DataError where there is none. */
export function readRound(folder: string): { record: RoundRecord; selection: ImageSelection } {
  const read = (name: string): string => {
    const file = join(folder, name)
    if (!fs.existsSync(file))
      throw new DataError(
        file,
        'does not exist; `oltr explore` makes a round, and goes on with one that was stopped',
      )
    return fs.readFileSync(file, 'utf8')
  }
  return {
    record: JSON.parse(read('round.json')) as RoundRecord,
    selection: JSON.parse(read('selection.json')) as ImageSelection,
  }
}
