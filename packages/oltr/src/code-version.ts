// Which code made a result: the commit where the product runs from its repository, else the package's version.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The full commit, with `+changes` when tracked files were edited; `v0.1.0` outside of a repository. */
export function codeVersion(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const git = (...args: string[]) => spawnSync('git', ['-C', here, ...args], { encoding: 'utf8' })
  const head = git('rev-parse', 'HEAD')
  // A package installed inside somebody's own repository is not that repository's code.
  const isOurs = git('ls-files', '--error-unmatch', 'code-version.ts').status === 0
  if (head.status !== 0 || !isOurs) return `v${packageVersion()}`
  const changed = git('status', '--porcelain', '--untracked-files=no').stdout.trim() !== ''
  return head.stdout.trim() + (changed ? '+changes' : '')
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
