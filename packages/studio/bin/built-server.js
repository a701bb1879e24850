// Whether the server stands built in one file (build-server.ts makes it), and from the files that are here now. In JavaScript:
// what strips types from TypeScript takes longer to load than all of this.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const REPOSITORY = join(import.meta.dirname, '..', '..', '..')
export const BUILT = join(import.meta.dirname, '..', 'build', 'server')

/** One SHA-256 over files, by their paths below a folder. */
export function hashOfFiles(/** @type {string} */ root, /** @type {readonly string[]} */ files) {
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/** The address of the built server; null where there is none, or any file that it was made from is another now. */
export function builtServer(folder = BUILT, root = REPOSITORY) {
  try {
    const { files, sha256 } = JSON.parse(readFileSync(join(folder, 'inputs.json'), 'utf8'))
    return hashOfFiles(root, files) === sha256 ? pathToFileURL(join(folder, 'main.js')).href : null
  } catch {
    // Never built, or a file is gone.
    return null
  }
}
