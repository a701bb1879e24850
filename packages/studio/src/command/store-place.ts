// Where the store of a run is.

import { join } from 'node:path'

/** The database of DATABASE_URL, else a file in the run's folder. */
export function storePlace(
  run: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return env.DATABASE_URL || join(run, 'studio', 'studio.sqlite')
}
