// The `oltr` command.

import { Command, CommanderError } from 'commander'
import { dataCommand } from './data.ts'
import { doctorCommand } from './doctor.ts'
import { reportFailure } from './failure.ts'

const program = new Command('oltr')
  .description('open long-tailed recognition: many classes, few images, and "unknown"')
  .showHelpAfterError('(--help lists the options)')
  .exitOverride()

program.addCommand(doctorCommand())
program.addCommand(dataCommand())
// These need the native bridge; without it `doctor` and `data` still run, and say what is missing.
addLazily('train', 'train both stages of a recipe; the same command continues a stopped run', async () =>
  (await import('./train.ts')).trainCommand(),
)
addLazily('evaluate', 'accuracies for many, medium, few and unknown, with a report', async () =>
  (await import('./evaluate.ts')).evaluateCommand(),
)
addLazily('predict', 'decide images: class, confidence, known or unknown', async () =>
  (await import('./predict.ts')).predictCommand(),
)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode
  else process.exitCode = reportFailure(error, process.argv.includes('--json'))
}

/** A command whose module is loaded when it is called; it parses its own arguments. */
function addLazily(name: string, description: string, load: () => Promise<Command>): void {
  program
    .command(name)
    .description(description)
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_options, command: Command) => {
      const real = (await load()).name(`oltr ${name}`).exitOverride()
      await real.parseAsync(command.args, { from: 'user' })
    })
}
