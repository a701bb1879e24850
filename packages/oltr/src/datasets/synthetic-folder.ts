// Writes the built-in set as class folders of PNG files, so that it can be looked at, and read again like anybody's
// images; `attributes.json` says for each file which concepts it shows.

import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../errors.ts'
import type { ImageSource } from './dataset.ts'
import { pixelsOf } from './dataset.ts'
import type { GeneratedOptions, GeneratedSet } from './generated.ts'
import { generateDataset } from './generated.ts'
import { encodePng } from './png-writer.ts'

/** Folder of each part, as class-folders.ts reads them. */
const FOLDERS = {
  train: 'train',
  validation: 'val',
  test: 'test',
  open: 'open',
  openValidation: 'open-val',
} as const

type PixelSource = Extract<ImageSource, { kind: 'pixels' }>

export interface SyntheticFolder {
  readonly root: string
  readonly images: number
  /** Images per part folder. */
  readonly parts: Readonly<Record<string, number>>
}

/**
 * Draws the set and writes it below `root`, which must be absent or empty: DataError otherwise. The folder appears when all
 * of it is written.
 */
export async function writeSyntheticFolder(
  root: string,
  options: GeneratedOptions,
  onImage: (done: number, total: number) => void = () => {},
): Promise<SyntheticFolder> {
  const present = await readdir(root).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw new DataError(root, `expected a new folder (${cause.message}); choose another`, { cause })
  })
  if (present.length > 0)
    throw new DataError(root, 'expected a new or empty folder; choose another or empty it')
  const drawn = generateDataset(options)
  const sets = (Object.keys(FOLDERS) as (keyof typeof FOLDERS)[]).map((part) => ({
    part,
    set: inMemory(drawn[part]),
  }))
  const total = sets.reduce((sum, { set }) => sum + set.labels.length, 0)
  const partial = `${root}.partial-${process.pid}`
  const attributes: Record<string, unknown> = {}
  const parts: Record<string, number> = {}
  let done = 0
  try {
    for (const { part, set } of sets) {
      const folder = FOLDERS[part]
      parts[folder] = set.labels.length
      for (const { path, index } of await namesOf(partial, folder, set)) {
        const png = encodePng(pixelsOf(set.images, index), set.images.height, set.images.width)
        await writeFile(join(partial, path), png)
        attributes[path] = { known: set.labels[index] >= 0, ...set.attributes[index] }
        onImage(++done, total)
      }
    }
    await writeFile(join(partial, 'attributes.json'), `${JSON.stringify(attributes, null, 1)}\n`)
    await rm(root, { recursive: true, force: true })
    await rename(partial, root)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return { root, images: total, parts }
}

/** The built-in set is always drawn into memory; its type allows for files, too. */
function inMemory(set: GeneratedSet): GeneratedSet & { images: PixelSource } {
  if (set.images.kind !== 'pixels') throw new TypeError('the built-in set is drawn into memory')
  return set as GeneratedSet & { images: PixelSource }
}

async function namesOf(
  root: string,
  folder: string,
  set: GeneratedSet,
): Promise<{ path: string; index: number }[]> {
  const counts = new Map<string, number>()
  const names = set.attributes.map(({ className }, index) => {
    const count = (counts.get(className) ?? 0) + 1
    counts.set(className, count)
    return { path: `${folder}/${className}/${String(count).padStart(4, '0')}.png`, index }
  })
  for (const className of counts.keys()) await mkdir(join(root, folder, className), { recursive: true })
  return names
}
