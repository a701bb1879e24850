// `oltr versions`: what a model has been, and which of it is in use.

import { Command } from 'commander'
import { formatTable, percent } from '../reporting/table.ts'
import { wholeNumber } from './train.ts'

/** Names of new classes in a line of the list. */
const SHOWN = 3

export function versionsCommand(): Command {
  return new Command('versions')
    .description("list the versions of a run's model, or take another one into use")
    .argument('<run>', 'folder of a finished run')
    .option('--use <number>', 'go back to this version, or forward', wholeNumber)
    .option('--json', 'print them as JSON')
    .action(async (run: string, options: { use?: number; json?: boolean }) => {
      const { currentVersion, listVersions, useVersion } = await import('../exploration/versions.ts')
      if (options.use !== undefined) useVersion(run, options.use)
      const current = currentVersion(run).version
      const versions = listVersions(run)
      if (options.json) {
        console.log(JSON.stringify({ current, versions }))
        return
      }
      const rows = versions.map(({ version, lineage }) => [
        `${version}${version === current ? ' (in use)' : ''}`,
        lineage === null ? 'training' : `version ${lineage.parent.version}`,
        lineage === null ? '' : String(lineage.annotations.images),
        shortened(lineage?.newClasses ?? []),
        percent(lineage?.before?.known ?? null),
        percent(lineage?.after?.known ?? null),
      ])
      console.log(
        formatTable(
          ['version', 'from', 'images named', 'new classes', 'known before', 'known after'].map((title) => ({
            title,
          })),
          rows,
          'text',
        ),
      )
    })
}

function shortened(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ')
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown
}
