// `oltr studio`: the application itself, and what is done to its store from the command line.

import { Command } from 'commander'
import { FORMATS } from '../api/schemas.ts'

export function createProgram(): Command {
  const program = new Command('oltr studio')
    .description('a web application where people name the images that a model does not know')
    .showHelpAfterError('(--help lists the options)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nThe store is <run>/studio/studio.sqlite, or the PostgreSQL database that DATABASE_URL names; several servers may' +
        '\nshare the latter and the folder of the run.',
    )
  program
    .command('serve', { isDefault: true })
    .description('open the application (this is what `oltr studio <run>` does)')
    .argument('<run>', 'folder of a finished run')
    .option('-p, --port <number>', 'port; 0 takes a free one', '4173')
    .option('--host <name>', 'listen on this address instead of this machine alone', '127.0.0.1')
    .option('--name <name...>', 'further names by which people ask for it, such as studio.example.org')
    .option('--https', 'it is reached by HTTPS through a proxy: cookies are for HTTPS only')
    .option('--no-work', 'leave long work to other servers on the same database')
    .option('--json', 'say where it is as JSON')
    .action(async (run: string, options) => {
      const { serve } = await import('./serve.ts')
      await serve(run, options)
    })
  program
    .command('work')
    .description('do the long work of other servers on the same PostgreSQL database, without serving pages')
    .argument('<run>', 'folder of the run, shared with them')
    .action(async (run: string) => {
      const { work } = await import('./serve.ts')
      await work(run)
    })
  program
    .command('export')
    .description('write all answers to a file')
    .argument('<run>', 'folder of the run')
    .requiredOption('-f, --format <name>', FORMATS.join(', '))
    .requiredOption('-o, --out <file>', 'the file; .tar for folders')
    .action(async (run: string, options: { format: string; out: string }) => {
      const { exportTo } = await import('./store-commands.ts')
      await exportTo(run, options.format, options.out)
    })
  program
    .command('import')
    .description('take answers in from a file')
    .argument('<run>', 'folder of the run')
    .argument('<file>', 'the file')
    .requiredOption('-f, --format <name>', FORMATS.join(', '))
    .action(async (run: string, file: string, options: { format: string }) => {
      const { importFrom } = await import('./store-commands.ts')
      await importFrom(run, file, options.format)
    })
  program
    .command('backup')
    .description('write a checked copy of the store, while it is in use or not')
    .argument('<run>', 'folder of the run')
    .argument('<file>', 'a new file')
    .action(async (run: string, file: string) => {
      const { backup } = await import('./store-commands.ts')
      await backup(run, file)
    })
  program
    .command('restore')
    .description('put a backup where no store is')
    .argument('<run>', 'folder of the run')
    .argument('<file>', 'the backup')
    .action(async (run: string, file: string) => {
      const { restore } = await import('./store-commands.ts')
      await restore(run, file)
    })
  program
    .command('verify')
    .description('read every event and compare: nothing was changed, taken out or put in')
    .argument('<run>', 'folder of the run')
    .action(async (run: string) => {
      const { verify } = await import('./store-commands.ts')
      await verify(run)
    })
  program
    .command('move')
    .description('copy the store to another database, which must be empty: a postgres:// address, or a file')
    .argument('<run>', 'folder of the run')
    .argument('<place>', 'where to')
    .action(async (run: string, place: string) => {
      const { move } = await import('./store-commands.ts')
      await move(run, place)
    })
  return program
}
