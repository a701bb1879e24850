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
  'WriteError',
])

/** Prints the error and returns the exit code: 130 or 143 after a signal, 1 otherwise. */
export function reportFailure(error: unknown, json: boolean): number {
  const known = error instanceof Error ? error : new Error(String(error))
  const explained = error instanceof Interrupted || EXPLAINED.has(known.name) || ofTheSystem(known)
  if (json) console.error(JSON.stringify({ error: known.name, message: known.message }))
  else console.error(explained ? known.message : known.stack)
  return error instanceof Interrupted ? error.exitCode : 1
}

/** A file that may not be read, a full disk, a port in use: the system's message names it. */
function ofTheSystem(error: NodeJS.ErrnoException): boolean {
  return typeof error.syscall === 'string' && error.path !== undefined
}
