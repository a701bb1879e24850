// Finds image files below a folder, in an order that is the same on every machine: by the code units of their relative
// paths, with `/` between the parts.

import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { nameFault, textOfName } from '@oltr/torch/files'
import { DataError } from '../errors.ts'

/** Extensions of the formats that the loader decodes, lower case. */
export const IMAGE_EXTENSIONS = ['.jpg', '.jpeg', '.png'] as const

export function isImageName(name: string): boolean {
  const lower = name.toLowerCase()
  return IMAGE_EXTENSIONS.some((extension) => lower.endsWith(extension))
}

/**
 * Relative paths of all images below `root`, sorted; hidden files and folders are passed over, links are followed. What has a
 * name that is not UTF-8 is listed, folders too: whoever opens it says so. Throws DataError where the folder cannot be read.
 */
export async function findImages(root: string): Promise<string[]> {
  const found: string[] = []
  const visit = async (folder: string, prefix: string, depth: number): Promise<void> => {
    if (depth > 32)
      throw new DataError(folder, 'folders are nested more than 32 deep; does a link point back up?')
    for (const entry of await listFolder(folder)) {
      const path = `${prefix}${entry.name}`
      if (entry.folder && nameFault(entry.name) !== null) found.push(path)
      else if (entry.folder) await visit(join(folder, entry.name), `${path}/`, depth + 1)
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

/** Names in a folder, sorted, as `textOfName` has them, without hidden ones; a link counts as what it points to. Throws DataError. */
export async function listFolder(folder: string): Promise<FolderEntry[]> {
  let entries: Dirent<Buffer>[]
  try {
    entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const what =
      code === 'ENOENT'
        ? (nameFault(folder) ?? 'there is no such folder')
        : code === 'ENOTDIR'
          ? 'this is a file'
          : String(cause)
    throw new DataError(folder, `expected a folder of images, ${what}; check the path`, { cause })
  }
  const known = entries.map(async (entry) => ({
    name: textOfName(entry.name),
    folder: await isFolder(folder, entry),
  }))
  return (await Promise.all(known))
    .filter(({ name }) => !name.startsWith('.') && name !== '__MACOSX')
    .sort((a, b) => byCodeUnits(a.name, b.name))
}

async function isFolder(folder: string, entry: Dirent<Buffer>): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  const path = Buffer.concat([Buffer.from(folder + sep), entry.name])
  const target = await stat(path).catch(() => null) // a dangling link is a file that verify reports
  return target?.isDirectory() ?? false
}

/** Order by UTF-16 code units: unlike localeCompare, the same for every locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
