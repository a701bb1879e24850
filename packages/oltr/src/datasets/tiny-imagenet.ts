// Tiny ImageNet's layout (Stanford CS231N): `train/<wnid>/images`, `val/images` with `val_annotations.txt`, and `test/images`
// without labels. Its labelled validation images are the test set; the unlabelled ones serve as unknown images.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../errors.ts'
import { readLooseImages } from './class-folders.ts'
import type { Dataset } from './dataset.ts'
import { findImages, listFolder } from './image-files.ts'

/** The folder that holds `train`, `val` or `test`: `path` itself or `path/tiny-imagenet-200`. */
export async function tinyImagenetRoot(path: string): Promise<string> {
  const names = (await listFolder(path)).filter((entry) => entry.folder).map((entry) => entry.name)
  if (names.some((name) => name === 'train' || name === 'val' || name === 'test')) return path
  if (names.includes('tiny-imagenet-200')) return join(path, 'tiny-imagenet-200')
  throw new DataError(
    path,
    'expected the folders train, val or test of Tiny ImageNet, found none; check the path',
  )
}

/** Training and labelled validation images; classes in order of their WordNet ids. Throws DataError. */
export async function readTinyImagenet(path: string): Promise<{ train: Dataset; test: Dataset }> {
  const root = await tinyImagenetRoot(path)
  const wnids = (await listFolder(join(root, 'train')))
    .filter((entry) => entry.folder)
    .map((entry) => entry.name)
  if (wnids.length === 0)
    throw new DataError(join(root, 'train'), 'expected one folder per class, found none')
  const classNames = await wordsOf(root, wnids)
  const labels: number[] = []
  const paths: string[] = []
  for (const [label, wnid] of wnids.entries()) {
    for (const image of await findImages(join(root, 'train', wnid))) {
      labels.push(label)
      paths.push(`train/${wnid}/${image}`)
    }
  }
  const train: Dataset = {
    name: 'tiny-imagenet/train',
    classNames,
    labels: Int32Array.from(labels),
    images: { kind: 'files', root, paths },
  }
  return { train, test: await readAnnotated(root, wnids, classNames) }
}

/** The unlabelled test images, all unknown. */
export async function readTinyImagenetTest(path: string): Promise<Dataset> {
  return readLooseImages(await tinyImagenetRoot(path), 'test')
}

async function readAnnotated(
  root: string,
  wnids: readonly string[],
  classNames: readonly string[],
): Promise<Dataset> {
  const file = join(root, 'val', 'val_annotations.txt')
  const lines = (await readText(file)).split(/\r?\n/)
  const labelOf = new Map(wnids.map((wnid, label) => [wnid, label]))
  const labels: number[] = []
  const paths: string[] = []
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue
    const [image, wnid] = line.split('\t')
    const label = labelOf.get(wnid)
    if (label === undefined) {
      throw new DataError(
        file,
        `line ${at + 1}: expected \`image<TAB>class\` with a class of train/, got "${line}"`,
      )
    }
    labels.push(label)
    paths.push(`val/images/${image}`)
  }
  if (paths.length === 0) throw new DataError(file, 'expected annotated images, the file is empty')
  return {
    name: 'tiny-imagenet/val',
    classNames,
    labels: Int32Array.from(labels),
    images: { kind: 'files', root, paths },
  }
}

/** Names from words.txt: the first synonym, with the id where two classes share it; the ids where there is no file. */
async function wordsOf(root: string, wnids: readonly string[]): Promise<string[]> {
  const text = await readText(join(root, 'words.txt')).catch(() => '')
  const words = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [wnid, names] = line.split('\t')
    if (names !== undefined) words.set(wnid, names.split(',')[0].trim())
  }
  const names = wnids.map((wnid) => words.get(wnid) ?? wnid)
  return names.map((name, label) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${wnids[label]})`,
  )
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new DataError(file, `expected this file of Tiny ImageNet (${(cause as Error).message})`, { cause })
  }
}
