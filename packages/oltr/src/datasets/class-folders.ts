// A folder per class: `root/class/*.jpg|jpeg|png`, or `root/train/class/...` with `val`, `test`, `open` and `open-val` beside it.
// What people have; no list and no code needed.

import { join } from 'node:path'
import { DataError } from '../errors.ts'
import type { Dataset } from './dataset.ts'
import { UNKNOWN } from './dataset.ts'
import { findImages, listFolder } from './image-files.ts'

const PART_NAMES = {
  train: ['train', 'training'],
  validation: ['val', 'validation', 'valid'],
  test: ['test'],
  open: ['open', 'unknown'],
  openValidation: ['open-val', 'open-validation'],
} as const

type Part = keyof typeof PART_NAMES

export interface ClassFolders {
  /** Images of `train/`, or of all classes where there is no such folder. */
  readonly train: Dataset
  readonly validation: Dataset | null
  readonly test: Dataset | null
  readonly open: Dataset | null
  /** Unknown images for fitting thresholds. */
  readonly openValidation: Dataset | null
}

/**
 * Reads class folders; classes are the sorted folder names of the training part. Throws DataError for a folder without
 * class folders, and for a class of `val` or `test` that training does not have.
 */
export async function readClassFolders(root: string): Promise<ClassFolders> {
  const entries = await listFolder(root)
  const folders = entries.filter((entry) => entry.folder).map((entry) => entry.name)
  const folderOf = (part: Part) =>
    folders.find((name) => (PART_NAMES[part] as readonly string[]).includes(name.toLowerCase()))
  const trainFolder = folderOf('train')
  if (trainFolder === undefined) {
    const open = [folderOf('open'), folderOf('openValidation')]
    const classes = folders.filter((name) => !open.includes(name))
    return {
      train: await readClasses(root, '', classes, null),
      validation: null,
      test: null,
      open: await openOf('open'),
      openValidation: await openOf('openValidation'),
    }
  }
  const inside = await listFolder(join(root, trainFolder))
  const classes = inside.filter((entry) => entry.folder).map((entry) => entry.name)
  const train = await readClasses(root, `${trainFolder}/`, classes, null)
  return {
    train,
    validation: await other('validation'),
    test: await other('test'),
    open: await openOf('open'),
    openValidation: await openOf('openValidation'),
  }

  async function other(part: Part): Promise<Dataset | null> {
    const folder = folderOf(part)
    if (folder === undefined) return null
    const present = (await listFolder(join(root, folder)))
      .filter((entry) => entry.folder)
      .map((entry) => entry.name)
    return readClasses(root, `${folder}/`, present, train.classNames)
  }

  async function openOf(part: Part): Promise<Dataset | null> {
    const folder = folderOf(part)
    return folder === undefined ? null : readLooseImages(root, folder)
  }
}

/** Every image below a folder, all unknown: the second data set of an open test. */
export async function readLooseImages(root: string, below = ''): Promise<Dataset> {
  const folder = join(root, below)
  const found = await findImages(folder)
  if (found.length === 0)
    throw new DataError(folder, 'expected .jpg, .jpeg or .png files, found none; check the path')
  const paths = below === '' ? found : found.map((path) => `${below}/${path}`)
  return {
    name: folder,
    classNames: [],
    labels: new Int32Array(paths.length).fill(UNKNOWN),
    images: { kind: 'files', root, paths },
  }
}

async function readClasses(
  root: string,
  prefix: string,
  classes: readonly string[],
  known: readonly string[] | null,
): Promise<Dataset> {
  const folder = join(root, prefix)
  if (classes.length === 0) {
    throw new DataError(
      folder,
      'expected one folder per class with images in it, found no folder; check the path',
    )
  }
  const classNames = known ?? classes
  const labels: number[] = []
  const paths: string[] = []
  for (const name of classes) {
    const label = classNames.indexOf(name)
    if (label < 0) {
      throw new DataError(
        join(folder, name),
        `this class is not among the ${classNames.length} training classes; add it there or move it to \`open\``,
      )
    }
    for (const path of await findImages(join(folder, name))) {
      labels.push(label)
      paths.push(`${prefix}${name}/${path}`)
    }
  }
  return { name: folder, classNames, labels: Int32Array.from(labels), images: { kind: 'files', root, paths } }
}
