// Runs the `oltr` command.

import { CommanderError } from 'commander'
import { reportFailure } from './failure.ts'
import { createProgram } from './program.ts'

// `oltr ... | head` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

try {
  await createProgram().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode
  else process.exitCode = reportFailure(error, process.argv.includes('--json'))
}
