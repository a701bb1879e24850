// Where the programs are that do long work, and how their progress is read.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PACKAGE } from '../../package-folder.ts'
import type { JobContext } from './jobs.ts'

/** The `oltr` command, run by the same Node.js. */
export const OLTR = fileURLToPath(import.meta.resolve('oltr/bin'))

export function program(name: string): string {
  return join(PACKAGE, 'src', 'programs', `${name}.ts`)
}

/** Shows a child's progress lines (`--json` of every long command) as the job's. */
export function progressOf({ report }: JobContext, label: string) {
  return (line: Record<string, unknown>): void => {
    if (line.event !== 'progress' && line.event !== 'done') return
    const { done, total, secondsLeft, label: part } = line as Record<string, number> & { label: string }
    report({
      label: `${label}: ${part}`,
      progress: total > 0 ? Math.min(1, done / total) : null,
      secondsLeft: secondsLeft ?? null,
    })
  }
}
