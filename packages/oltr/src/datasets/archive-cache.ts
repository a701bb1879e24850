// Image archives, unpacked once into a folder that later runs find again. The folder appears under its final name only
// when every image is written, so an interrupted extraction is never taken for a whole one.

import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, normalize, resolve } from 'node:path'
import { DataError } from '../errors.ts'
import { isImageName } from './image-files.ts'
import { readTar } from './tar.ts'

/** Where archives are unpacked: `$OLTR_CACHE`, else `$XDG_CACHE_HOME/oltr`, else `~/.cache/oltr`. */
export function cacheFolder(): string {
  const { OLTR_CACHE, XDG_CACHE_HOME } = process.env
  return OLTR_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'oltr')
}

export function isArchiveName(path: string): boolean {
  return /\.(tar|tar\.gz|tgz)$/i.test(path)
}

/**
 * The folder with an archive's images and text files, unpacked if it is not there yet; named by the archive's path, size
 * and time. Throws DataError for a damaged archive and for a member that points outside the folder.
 */
export async function unpackImages(archive: string, cache = cacheFolder()): Promise<string> {
  const info = await stat(archive).catch((cause: unknown) => {
    throw new DataError(archive, 'expected an archive of images, there is no such file; check the path', {
      cause,
    })
  })
  const identity = `${resolve(archive)}\n${info.size}\n${info.mtimeMs}`
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 12)
  const folder = join(cache, `${basename(archive).replace(/\.(tar|tar\.gz|tgz)$/i, '')}-${key}`)
  if (await stat(folder).catch(() => null)) return folder

  const partial = `${folder}.partial-${process.pid}`
  try {
    let images = 0
    await mkdir(partial, { recursive: true })
    const made = new Set<string>()
    for await (const entry of readTar(archive)) {
      if (entry.kind !== 'file' || !(isImageName(entry.name) || /\.(txt|csv|json)$/i.test(entry.name)))
        continue
      const inside = normalize(entry.name)
      if (inside.startsWith('..') || inside.startsWith('/')) {
        throw new DataError(
          archive,
          `member "${entry.name}" points outside the archive's folder; do not use this archive`,
        )
      }
      const target = join(partial, inside)
      if (!made.has(dirname(target))) {
        mkdirSync(dirname(target), { recursive: true })
        made.add(dirname(target))
      }
      // Waiting for the thread pool once a small file would take most of the time of a large archive.
      writeFileSync(target, await entry.read())
      if (isImageName(entry.name)) images++
    }
    if (images === 0) throw new DataError(archive, 'expected .jpg, .jpeg or .png members, found none')
    await rename(partial, folder).catch(async (cause: unknown) => {
      // Another process may have finished the same folder first; then its copy is as good.
      if (!(await stat(folder).catch(() => null))) throw cause
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return folder
}
