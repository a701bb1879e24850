// How the command ends when something goes wrong: one sentence for what the user can mend, the stack for what is ours.

import { Interrupted } from '../training/interruption.ts'

/** Errors that already say file, value and remedy. */
const EXPLAINED = new Set([
  'ConfigError',
  'DataError',
  'FormatError',
  'DataLoadError',
  'DataOptionError',
  'DivergedError',
  'FileWriteError',
])

/** Prints the error and returns the exit code: 130 or 143 after a signal, 1 otherwise. */
export function reportFailure(error: unknown, json: boolean): number {
  const known = error as Error
  if (json) console.error(JSON.stringify({ error: known.name, message: known.message }))
  else if (error instanceof Interrupted || EXPLAINED.has(known.name)) console.error(known.message)
  else console.error(known.stack ?? String(error))
  return error instanceof Interrupted ? error.exitCode : 1
}
