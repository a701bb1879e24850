// The `oltr` command, built but not run: every command with its options. Nothing here loads the native bridge; the
// commands that need it load it when they are called, so that help, `doctor` and `data` work without it.

import { Command } from 'commander'
import { dataCommand } from './data.ts'
import { doctorCommand } from './doctor.ts'
import { evaluateCommand } from './evaluate.ts'
import { exploreCommand } from './explore.ts'
import { loopCommand } from './loop.ts'
import { predictCommand } from './predict.ts'
import { studioCommand } from './studio.ts'
import { trainCommand } from './train.ts'
import { updateCommand } from './update.ts'
import { versionsCommand } from './versions.ts'

/** A new program; `parseAsync` runs it, throwing CommanderError where it would have ended the process. */
export function createProgram(): Command {
  const program = new Command('oltr')
    .description('open long-tailed recognition: many classes, few images, and "unknown"')
    .showHelpAfterError('(--help lists the options)')
    .exitOverride()
    // What follows `studio` is the studio's.
    .enablePositionalOptions()
  const commands = [
    doctorCommand(),
    dataCommand(),
    trainCommand(),
    evaluateCommand(),
    predictCommand(),
    exploreCommand(),
    updateCommand(),
    versionsCommand(),
    loopCommand(),
    studioCommand(),
  ]
  for (const command of commands) program.addCommand(command)
  inherit(program)
  return program
}

/** A command that is added keeps its own settings: this gives it those above it. */
function inherit(command: Command): void {
  for (const child of command.commands) inherit(child.copyInheritedSettings(command))
}
