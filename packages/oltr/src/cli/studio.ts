// `oltr studio`: the web application, which is a package of its own (`@oltr/studio`). Its arguments are its own, too.

import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { ConfigError } from '../errors.ts'

const PACKAGE = '@oltr/studio'

export function studioCommand(): Command {
  return new Command('studio')
    .description('open the web application where people name what the model does not know')
    .argument('<run>', 'folder of a finished run; `oltr studio --help` lists what else it can do')
    .argument('[options...]', 'see `oltr studio --help`')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (_run: string, _options: string[], _all: unknown, command: Command) => {
      await runStudio(command.args)
    })
}

/** Runs the studio's own command in this process. Throws ConfigError where it is not installed. */
export async function runStudio(args: readonly string[]): Promise<void> {
  let program: string
  try {
    program = import.meta.resolve(`${PACKAGE}/bin`)
  } catch {
    throw new ConfigError('studio', PACKAGE, `another package is needed: npm install ${PACKAGE}`)
  }
  process.argv = [process.execPath, fileURLToPath(program), ...args]
  await import(program)
}
