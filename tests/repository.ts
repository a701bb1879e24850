// The files of this repository as the tests of its shape see them: what a person wrote, without what is installed,
// built, generated or measured.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const notOurs = new Set(['node_modules', '.node', '.git', 'build', 'golden'])
const atTheTop = new Set(['runs', 'data'])

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory())
      return notOurs.has(entry.name) || (folder === root && atTheTop.has(entry.name)) ? [] : walk(path)
    return entry.isFile() ? [relative(root, path).split(sep).join('/')] : []
  })
}

/** Every file, by its path from the root with forward slashes. */
export const files: readonly string[] = walk(root).sort()

/** The files of code, generated ones left out. */
export const code: readonly string[] = files.filter(
  (file) => /\.(ts|tsx|js|cpp|h|py|sh|css)$/.test(file) && !/\.generated\./.test(file),
)

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
