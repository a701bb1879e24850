// Direct features of images on disk: the extractor is fixed while a model grows, so an image goes through it once. A
// folder with `features.f32` (N, D), rows of little-endian float32, and `images.jsonl`, one line an image; both are
// appended batch by batch, and what a killed process left of an unfinished batch is cut off when it goes on. Features
// may be larger than memory: they are read in pieces. Holds no tensor.

import fs from 'node:fs'
import { join } from 'node:path'
import { removeStaleTemporaries, writeFileAtomicSync } from '@oltr/torch/files'
import { DataError } from '../errors.ts'

/** What the features are features of; a store answers for one such thing only. */
export interface FeatureSource {
  /** SHA-256 of the model file whose extractor made them. */
  readonly extractor: string
  /** Name of the data set, and the SHA-256 of the images, or of their paths, in order. */
  readonly dataset: string
  readonly images: string
  readonly count: number
  /** D. */
  readonly dimension: number
}

/** One image: its content's SHA-256, or why it could not be read. */
export type StoredImage =
  | { readonly image: string; readonly id: string }
  | { readonly image: string; readonly error: string }

export class FeatureStore {
  readonly source: FeatureSource
  readonly #folder: string
  readonly #images: StoredImage[]

  private constructor(folder: string, source: FeatureSource, images: StoredImage[]) {
    this.#folder = folder
    this.source = source
    this.#images = images
  }

  /**
   * Opens a store, or begins one. `batchSize`: rows that were written at once; an unfinished batch is cut off. Throws
   * DataError when the folder holds the features of something else.
   */
  static open(folder: string, source: FeatureSource, batchSize: number): FeatureStore {
    fs.mkdirSync(folder, { recursive: true })
    removeStaleTemporaries(folder)
    const about = join(folder, 'about.json')
    const text = `${JSON.stringify(source, null, 2)}\n`
    if (!fs.existsSync(about)) writeFileAtomicSync(about, text)
    else if (fs.readFileSync(about, 'utf8') !== text)
      throw new DataError(
        about,
        'describes features of another model or of other images; choose another folder, or remove this one',
      )
    const lines = wholeLines(join(folder, 'images.jsonl'))
    const rows = Math.floor(sizeOf(join(folder, 'features.f32')) / (4 * source.dimension))
    const done = Math.min(lines.length, rows)
    const whole = done >= source.count ? source.count : done - (done % batchSize)
    const kept = lines.slice(0, whole)
    fs.truncateSync(
      touch(join(folder, 'images.jsonl')),
      kept.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0),
    )
    fs.truncateSync(touch(join(folder, 'features.f32')), whole * 4 * source.dimension)
    return new FeatureStore(
      folder,
      source,
      kept.map((line) => JSON.parse(line) as StoredImage),
    )
  }

  /** Images whose features are here. */
  get length(): number {
    return this.#images.length
  }

  get complete(): boolean {
    return this.length === this.source.count
  }

  get images(): readonly StoredImage[] {
    return this.#images
  }

  /** Adds a batch: images and their features, flat (B, D); an unreadable image has a row of zeros. */
  append(images: readonly StoredImage[], features: Float32Array): void {
    appendDurably(
      join(this.#folder, 'features.f32'),
      new Uint8Array(features.buffer, features.byteOffset, features.byteLength),
    )
    appendDurably(
      join(this.#folder, 'images.jsonl'),
      Buffer.from(images.map((image) => `${JSON.stringify(image)}\n`).join('')),
    )
    this.#images.push(...images)
  }

  /** The features of images `from` to `to` (not included), flat. */
  read(from: number, to: number): Float32Array {
    const width = this.source.dimension
    const values = new Float32Array((to - from) * width)
    const bytes = new Uint8Array(values.buffer)
    const descriptor = fs.openSync(join(this.#folder, 'features.f32'), 'r')
    try {
      for (let at = 0; at < bytes.length; ) {
        const count = fs.readSync(descriptor, bytes, at, bytes.length - at, from * width * 4 + at)
        if (count === 0)
          throw new DataError(
            join(this.#folder, 'features.f32'),
            `ends before image ${to}; remove the folder to compute it again`,
          )
        at += count
      }
    } finally {
      fs.closeSync(descriptor)
    }
    return values
  }

  /** The features of the images at `positions`, flat, in that order; neighbours are read together. */
  readAt(positions: ArrayLike<number>): Float32Array {
    const width = this.source.dimension
    const values = new Float32Array(positions.length * width)
    for (let start = 0; start < positions.length; ) {
      let end = start + 1
      while (end < positions.length && positions[end] === positions[end - 1] + 1) end++
      values.set(this.read(positions[start], positions[end - 1] + 1), start * width)
      start = end
    }
    return values
  }
}

function appendDurably(file: string, bytes: Uint8Array): void {
  const descriptor = fs.openSync(file, 'a')
  try {
    for (let at = 0; at < bytes.length; ) at += fs.writeSync(descriptor, bytes, at)
    fs.fsyncSync(descriptor)
  } catch (cause) {
    throw new DataError(
      file,
      `cannot be written (${(cause as Error).message}); free some space on the disk, then go on`,
      { cause },
    )
  } finally {
    fs.closeSync(descriptor)
  }
}

/** The lines of a file that are complete. */
function wholeLines(file: string): string[] {
  if (!fs.existsSync(file)) return []
  return fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function touch(file: string): string {
  fs.closeSync(fs.openSync(file, 'a'))
  return file
}
