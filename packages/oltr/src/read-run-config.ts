// The configuration that a run was trained with, from its folder.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DataError } from './errors.ts'
import { parseRunConfig, type RunConfig } from './run-config.ts'

/** The configuration that a run was started with. Throws DataError where there is none. */
export function readRunConfig(runPath: string): RunConfig {
  const file = join(runPath, 'config.json')
  if (!existsSync(file))
    throw new DataError(runPath, 'is no run folder (config.json is missing); `oltr train` makes one')
  try {
    return parseRunConfig(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new DataError(file, 'is not valid JSON', { cause })
  }
}
