// Exit code 0 when node_modules holds what package-lock.json says, 1 when `npm ci` is due. npm keeps a record of what
// it installed in node_modules/.package-lock.json; packages for other platforms (optional) may be absent from it.
// Runs before any package is installed, so it imports none.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Locked {
  version?: string
  integrity?: string
  optional?: boolean
  link?: boolean
}

const root = fileURLToPath(new URL('..', import.meta.url))

function locked(file: string): Record<string, Locked> {
  return JSON.parse(readFileSync(join(root, file), 'utf8')).packages ?? {}
}

function current(): boolean {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false
  const installed = locked('node_modules/.package-lock.json')
  return Object.entries(locked('package-lock.json'))
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, wanted]) => {
      const found = installed[path]
      if (!found) return wanted.optional === true
      return found.version === wanted.version && found.link === wanted.link && existsSync(join(root, path))
    })
}

process.exitCode = current() ? 0 : 1
