// Runs the studio's command.

import { CommanderError } from 'commander'
import { createProgram } from './command/program.ts'

try {
  await createProgram().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode
  else {
    const { name, message, stack } = error as Error
    // What says what to do needs no stack.
    const explained =
      /^(DataError|ConfigError|StoreBusyError|StoreFullError|StoreDamagedError|RefusedError|FormatError)$/
    console.error(explained.test(name) ? message : stack)
    process.exitCode = 1
  }
}
