// CIFAR-10 and CIFAR-100 (Krizhevsky, 2009) as published: the binary version (folder or .tar.gz) and the Python version
// (pickled dictionaries, decoded as data only). Images stay in memory as (N, 3, 32, 32) bytes.

import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DataError } from '../errors.ts'
import type { Dataset } from './dataset.ts'
import { readTar } from './tar.ts'

export type CifarVariant = 'cifar10' | 'cifar100'

const PIXELS = 3 * 32 * 32

interface Layout {
  readonly classes: number
  /** Bytes before the pixels of a record; the last of them is the label. */
  readonly labelBytes: number
  readonly binary: { train: readonly string[]; test: readonly string[]; names: string }
  readonly python: { train: readonly string[]; test: readonly string[]; names: string }
}

const LAYOUTS: Record<CifarVariant, Layout> = {
  cifar10: {
    classes: 10,
    labelBytes: 1,
    binary: {
      train: [1, 2, 3, 4, 5].map((part) => `data_batch_${part}.bin`),
      test: ['test_batch.bin'],
      names: 'batches.meta.txt',
    },
    python: {
      train: [1, 2, 3, 4, 5].map((part) => `data_batch_${part}`),
      test: ['test_batch'],
      names: 'batches.meta',
    },
  },
  cifar100: {
    classes: 100,
    labelBytes: 2, // coarse, fine
    binary: { train: ['train.bin'], test: ['test.bin'], names: 'fine_label_names.txt' },
    python: { train: ['train'], test: ['test'], names: 'meta' },
  },
}

/** Decoded records: labels (N,) and planar pixels (N, 3, 32, 32). */
export interface CifarRecords {
  labels: Int32Array
  data: Uint8Array
}

/**
 * Reads both halves of CIFAR from a folder or archive, binary or Python version (recognised by the file names). Throws
 * DataError naming the file that is missing, cut short or holds a label out of range.
 */
export async function readCifar(
  path: string,
  variant: CifarVariant,
): Promise<{ train: Dataset; test: Dataset }> {
  const layout = LAYOUTS[variant]
  const wanted = new Set([layout.binary, layout.python].flatMap((l) => [...l.train, ...l.test, l.names]))
  const members = await readMembers(path, wanted)
  const binary = members.has(layout.binary.train[0]) || members.has(layout.binary.test[0])
  const files = binary ? layout.binary : layout.python
  const python = binary ? null : await import('./cifar-python.ts')

  const decode = (name: string): CifarRecords => {
    const bytes = members.get(name)
    if (!bytes) {
      throw new DataError(
        join(path, name),
        `this file of ${variant} is missing; expected ${[...files.train, ...files.test].join(', ')}`,
      )
    }
    const from = join(path, name)
    return python
      ? python.decodeCifarBatch(bytes, variant === 'cifar10' ? 'labels' : 'fine_labels', layout.classes, from)
      : decodeCifarRecords(bytes, layout.labelBytes, layout.classes, from)
  }
  const namesFile = members.get(files.names)
  let classNames = Array.from({ length: layout.classes }, (_, label) => `class ${label}`)
  if (namesFile) {
    const from = join(path, files.names)
    classNames = python
      ? python.decodeCifarNames(namesFile, variant === 'cifar10' ? 'label_names' : 'fine_label_names', from)
      : nonBlankLines(namesFile)
    if (classNames.length !== layout.classes) {
      throw new DataError(
        from,
        `expected ${layout.classes} class names, got ${classNames.length}; get the file again`,
      )
    }
  }
  const toDataset = (name: string, parts: readonly string[]): Dataset => {
    const records = joined(parts.map(decode))
    for (const part of parts) members.delete(part) // the raw bytes are as large as the images
    return {
      name,
      classNames,
      labels: records.labels,
      images: { kind: 'pixels', data: records.data, height: 32, width: 32 },
    }
  }
  return { train: toDataset(`${variant}/train`, files.train), test: toDataset(`${variant}/test`, files.test) }
}

/**
 * Records of `labelBytes` label bytes and 3,072 pixel bytes (R, G, B planes). Throws DataError for a file that is not a
 * whole number of records or a label outside 0..classes-1 (with the record's number).
 */
export function decodeCifarRecords(
  bytes: Uint8Array,
  labelBytes: number,
  classes: number,
  file: string,
): CifarRecords {
  const size = labelBytes + PIXELS
  if (bytes.length === 0) throw new DataError(file, 'expected image records, the file is empty; get it again')
  if (bytes.length % size !== 0) {
    throw new DataError(
      file,
      `expected whole records of ${size} bytes, got ${bytes.length} bytes: ` +
        `record ${Math.floor(bytes.length / size)} is cut short; get the file again`,
    )
  }
  const count = bytes.length / size
  const labels = new Int32Array(count)
  const data = new Uint8Array(count * PIXELS)
  for (let record = 0; record < count; record++) {
    const at = record * size + labelBytes
    const label = bytes[at - 1]
    if (label >= classes) {
      throw new DataError(
        file,
        `record ${record} has label ${label}, expected 0..${classes - 1}; is this the right data set?`,
      )
    }
    labels[record] = label
    data.set(bytes.subarray(at, at + PIXELS), record * PIXELS)
  }
  return { labels, data }
}

function joined(parts: CifarRecords[]): CifarRecords {
  if (parts.length === 1) return parts[0]
  const count = parts.reduce((sum, part) => sum + part.labels.length, 0)
  const all = { labels: new Int32Array(count), data: new Uint8Array(count * PIXELS) }
  let at = 0
  for (const part of parts) {
    all.labels.set(part.labels, at)
    all.data.set(part.data, at * PIXELS)
    at += part.labels.length
  }
  return all
}

function nonBlankLines(bytes: Uint8Array): string[] {
  const lines = Buffer.from(bytes).toString('utf8').split(/\r?\n/)
  return lines.map((line) => line.trim()).filter((line) => line !== '')
}

/** The wanted files of a folder (or of the one folder inside it) or of an archive, by base name. */
async function readMembers(path: string, wanted: ReadonlySet<string>): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  const info = await stat(path).catch((cause: unknown) => {
    throw new DataError(
      path,
      'expected the folder or archive of CIFAR, there is nothing; `oltr data download` gets it',
      { cause },
    )
  })
  if (!info.isDirectory()) {
    for await (const entry of readTar(path)) {
      const name = basename(entry.name)
      if (entry.kind === 'file' && wanted.has(name)) found.set(name, await entry.read())
    }
  } else {
    const entries = await readdir(path, { withFileTypes: true })
    for (const entry of entries) {
      if (entry.isFile() && wanted.has(entry.name))
        found.set(entry.name, await readFile(join(path, entry.name)))
    }
    const folders = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith('cifar-'))
    if (found.size === 0 && folders.length === 1) return readMembers(join(path, folders[0].name), wanted)
  }
  if (found.size === 0) {
    throw new DataError(
      path,
      `expected files such as ${[...wanted].slice(0, 3).join(', ')}, found none of them`,
    )
  }
  return found
}
