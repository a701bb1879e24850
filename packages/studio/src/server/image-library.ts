// Images by the SHA-256 of their content, and by nothing else: no path ever comes from outside. What is read is compared with
// the name it was asked by, so a file that was swapped, or a link that was bent, is no longer that image.

import fs from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '@oltr/torch/files'
import sharp from 'sharp'
import type { RunFacts } from './run-facts.ts'

/** Longer side of a small image, in pixels. */
const SMALL = 160
/** Nobody's photograph is larger; a bomb is. */
const MOST_PIXELS = 50_000_000
const MOST_BYTES = 100_000_000
/** Small images kept in memory, about 10 kB each. */
const KEPT = 2000

export interface ImageFile {
  readonly bytes: Buffer
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/webp'
}

sharp.cache(false)
sharp.concurrency(1)

export class ImageLibrary {
  readonly #run: RunFacts
  readonly #files = new Map<string, string>()
  readonly #roundOf = new Map<string, number>()
  readonly #rounds = new Set<number>()
  readonly #examples = new Map<string, string[]>()
  #examplesRead = false
  readonly #small = new Map<string, ImageFile>()

  constructor(run: RunFacts) {
    this.#run = run
  }

  /** Where an image is; null for one that no round and no example has. */
  fileOf(image: string): string | null {
    this.#look()
    return this.#files.get(image) ?? null
  }

  /** The newest round whose pool has an image; null for one that none has. */
  roundOf(image: string): number | null {
    this.#look()
    return this.#roundOf.get(image) ?? null
  }

  /** Its size and format as its header says; null where it cannot be read. */
  async headerOf(image: string): Promise<{ width: number; height: number; format: string } | null> {
    const file = this.fileOf(image)
    if (file === null) return null
    try {
      // A pipe would be waited for.
      if (!(await fs.promises.stat(file)).isFile()) return null
      return await sharp(file).metadata()
    } catch {
      return null
    }
  }

  /** Images of a class that training had, to show for it. */
  examplesOf(className: string): readonly string[] {
    this.#look()
    return this.#examples.get(className) ?? []
  }

  /** The whole image as it is kept; null where there is none, or its content is another now. */
  async whole(image: string): Promise<ImageFile | null> {
    const file = this.fileOf(image)
    if (file === null) return null
    const bytes = await readRegular(file)
    if (bytes === null || sha256(bytes) !== image) return null
    const mediaType = mediaTypeOf(bytes)
    return mediaType === null ? null : { bytes, mediaType }
  }

  /** The image with its longer side at most 160 pixels; enlarged ones stay as they are. */
  async small(image: string): Promise<ImageFile | null> {
    const kept = this.#small.get(image)
    if (kept) return kept
    const whole = await this.whole(image)
    if (whole === null) return null
    const made = await smaller(whole)
    if (made === null) return null
    if (this.#small.size >= KEPT) this.#small.delete(this.#small.keys().next().value!)
    this.#small.set(image, made)
    return made
  }

  #look(): void {
    for (const round of this.#run.exploredRounds) {
      if (this.#rounds.has(round)) continue
      this.#rounds.add(round)
      const { record } = this.#run.round(round)
      for (const stored of this.#run.features(round).images)
        if ('id' in stored) {
          this.#files.set(stored.id, join(record.pool, stored.image))
          this.#roundOf.set(stored.id, round)
        }
    }
    if (this.#examplesRead) return
    const folder = join(this.#run.studioFolder, 'examples')
    const index = join(folder, 'index.json')
    if (!fs.existsSync(index)) return
    this.#examplesRead = true
    const examples = JSON.parse(fs.readFileSync(index, 'utf8')) as [string, string[]][]
    for (const [name, images] of examples) {
      this.#examples.set(name, images)
      for (const image of images) this.#files.set(image, join(folder, `${image}.png`))
    }
  }
}

async function readRegular(file: string): Promise<Buffer | null> {
  try {
    // A pipe would wait for ever, a device never end.
    await using opened = await fs.promises.open(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
    const about = await opened.stat()
    if (!about.isFile() || about.size > MOST_BYTES) return null
    return await opened.readFile()
  } catch {
    return null
  }
}

/** By the first bytes; a file's name may say anything. */
function mediaTypeOf(bytes: Buffer): ImageFile['mediaType'] | null {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  if (bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))) return 'image/png'
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP')
    return 'image/webp'
  return null
}

async function smaller({ bytes, mediaType }: ImageFile): Promise<ImageFile | null> {
  try {
    const image = sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error', pages: 1 })
    const { width, height } = await image.metadata()
    if (Math.max(width, height) <= SMALL && mediaType !== 'image/jpeg') return { bytes, mediaType }
    const made = await image
      .rotate()
      .resize({ width: SMALL, height: SMALL, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 82 })
      .toBuffer()
    return { bytes: made, mediaType: 'image/webp' }
  } catch {
    return null
  }
}
