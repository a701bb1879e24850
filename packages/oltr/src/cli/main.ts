// Runs the `oltr` command.

import { CommanderError } from 'commander'
import { reportFailure } from './failure.ts'

// `oltr ... | head` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

try {
  const [, , first, ...rest] = process.argv
  // A command with a command line of its own: it is up at once where the others are not loaded first.
  if (first === 'studio') await (await import('./studio.ts')).runStudio(rest)
  else await (await import('./program.ts')).createProgram().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode
  else process.exitCode = reportFailure(error, process.argv.includes('--json'))
}
