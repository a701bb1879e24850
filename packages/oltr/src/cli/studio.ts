// `oltr studio`: the web application, which is a package of its own (`@oltr/studio`). Its arguments are its own, too.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
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
      process.exitCode = await runStudio(command.args)
    })
}

/** Runs the studio's own command with these arguments; resolves with its exit code. Throws ConfigError where it is missing. */
export function runStudio(args: readonly string[]): Promise<number> {
  let program: string
  try {
    program = fileURLToPath(import.meta.resolve(`${PACKAGE}/bin`))
  } catch {
    throw new ConfigError('studio', PACKAGE, `another package is needed: npm install ${PACKAGE}`)
  }
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      // A terminal sends its interrupt key to both.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]))
  })
}
