// Which images a run used, written down: an index list per part with the SHA-256 of its bytes. Two runs used the same
// split when the hashes agree; a name and a seed do not say that, since archives of one data set differ in order.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sha256, writeFileAtomic } from '@oltr/torch/files'
import { DataError } from '../errors.ts'
import type { ImageSource } from './dataset.ts'

/** One part of a split: positions in the list of images named by `of`, in the order the data set holds them. */
export interface SplitPart {
  /** The list the indices point into, such as `cifar100/train`, and its length. */
  readonly of: string
  readonly ofImages: number
  readonly indices: readonly number[]
  /** SHA-256, hex, of the indices as little-endian 32-bit integers. */
  readonly sha256: string
  /** SHA-256, hex, of the labels of these images in the same form: tells a re-labelled set apart. */
  readonly labelsSha256: string
  /** SHA-256, hex, of the pixels in order, or of the file paths, one a line: the same positions can be other images. */
  readonly imagesSha256: string
}

export const SPLIT_PARTS = ['train', 'validation', 'test', 'open', 'openValidation'] as const
export type SplitPartName = (typeof SPLIT_PARTS)[number]

export interface SplitRecord {
  readonly version: 1
  /** Format and location the images came from, and the selection applied to it. */
  readonly source: Readonly<Record<string, unknown>>
  readonly classNames: readonly string[]
  /** Names of the classes whose images count as unknown, where classes were held out. */
  readonly heldOut: readonly string[]
  readonly parts: Readonly<Partial<Record<SplitPartName, SplitPart>>>
}

/** SHA-256, hex, of integers as little-endian 32-bit words: the same on every machine. */
export function indexHash(indices: ArrayLike<number>): string {
  const bytes = new Uint8Array(indices.length * 4)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < indices.length; i++) view.setInt32(i * 4, indices[i], true)
  return createHash('sha256').update(bytes).digest('hex')
}

/** A part of a record; `labels` are those of the chosen images, in the order of `indices`. */
export function splitPart(
  of: string,
  ofImages: number,
  indices: ArrayLike<number>,
  labels: ArrayLike<number>,
  images: ImageSource,
): SplitPart {
  return {
    of,
    ofImages,
    indices: Array.from(indices),
    sha256: indexHash(indices),
    labelsSha256: indexHash(labels),
    imagesSha256: sha256(images.kind === 'pixels' ? images.data : `${images.paths.join('\n')}\n`),
  }
}

/** Writes the record as JSON, atomically: a killed process leaves the old file or the new one. */
export async function writeSplitRecord(path: string, record: SplitRecord): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(record)}\n`)
}

/** Reads a record and checks each list against its hash. Throws DataError for anything else than such a file. */
export async function readSplitRecord(path: string): Promise<SplitRecord> {
  let record: SplitRecord
  try {
    record = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new DataError(
      path,
      `expected a split record (${(cause as Error).message}); write it with \`oltr data split\``,
      {
        cause,
      },
    )
  }
  if (record?.version !== 1 || typeof record.parts !== 'object' || record.parts === null) {
    throw new DataError(path, 'expected a split record of version 1; write it with `oltr data split`')
  }
  for (const [name, part] of Object.entries(record.parts)) {
    const valid =
      Array.isArray(part?.indices) &&
      part.indices.every((index) => Number.isInteger(index) && index >= 0 && index < part.ofImages)
    if (!valid)
      throw new DataError(
        path,
        `the indices of ${name} are not positions in ${part?.of}; write the file again`,
      )
    if (indexHash(part.indices) !== part.sha256) {
      throw new DataError(
        path,
        `the index list of ${name} does not match its SHA-256; the file was changed, write it again`,
      )
    }
  }
  return record
}
