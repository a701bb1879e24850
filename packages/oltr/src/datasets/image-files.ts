// Finds image files below a folder, in an order that is the same on every machine: by the code units of their relative
// paths, with `/` between the parts.

import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../errors.ts'

/** Extensions of the formats that the loader decodes, lower case. */
export const IMAGE_EXTENSIONS = ['.jpg', '.jpeg', '.png'] as const

export function isImageName(name: string): boolean {
  const lower = name.toLowerCase()
  return IMAGE_EXTENSIONS.some((extension) => lower.endsWith(extension))
}

/**
 * Relative paths of all images below `root`, sorted; hidden files and folders are passed over, links are followed.
 * Throws DataError where the folder cannot be read.
 */
export async function findImages(root: string): Promise<string[]> {
  const found: string[] = []
  const visit = async (folder: string, prefix: string, depth: number): Promise<void> => {
    if (depth > 32)
      throw new DataError(folder, 'folders are nested more than 32 deep; does a link point back up?')
    for (const entry of await listFolder(folder)) {
      const path = `${prefix}${entry.name}`
      if (entry.folder) await visit(join(folder, entry.name), `${path}/`, depth + 1)
      else if (isImageName(entry.name)) found.push(path)
    }
  }
  await visit(root, '', 0)
  return found.sort(byCodeUnits)
}

export interface FolderEntry {
  readonly name: string
  readonly folder: boolean
}

/** Names in a folder, sorted, without hidden ones; a link counts as what it points to. Throws DataError. */
export async function listFolder(folder: string): Promise<FolderEntry[]> {
  let entries: Dirent[]
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const what =
      code === 'ENOENT' ? 'there is no such folder' : code === 'ENOTDIR' ? 'this is a file' : String(cause)
    throw new DataError(folder, `expected a folder of images, ${what}; check the path`, { cause })
  }
  const visible = entries.filter((entry) => !entry.name.startsWith('.') && entry.name !== '__MACOSX')
  const known = visible.map(async (entry) => ({ name: entry.name, folder: await isFolder(folder, entry) }))
  return (await Promise.all(known)).sort((a, b) => byCodeUnits(a.name, b.name))
}

async function isFolder(folder: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  const target = await stat(join(folder, entry.name)).catch(() => null) // a dangling link is a file that verify reports
  return target?.isDirectory() ?? false
}

/** Order by UTF-16 code units: unlike localeCompare, the same for every locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
