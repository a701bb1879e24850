// Images by the SHA-256 of their content, and by nothing else: no path ever comes from outside. What is read is compared with
// the name it was asked by, so a file that was swapped, or a link that was bent, is no longer that image.

import fs from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '@oltr/torch/files'
import { type Header, headerIn, headerOfFile, imageIn } from './image-header.ts'
import type { RunFacts } from './run-facts.ts'

/** Longer side of a small image, in pixels. */
const SMALL = 160
const MOST_BYTES = 100_000_000
/** Small images kept in memory, about 10 kB each. */
const KEPT = 2000
/** Ids whose header was read, kept in memory. */
const KEPT_HEADERS = 20_000

export interface ImageFile {
  readonly bytes: Buffer
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/webp'
}

export class ImageLibrary {
  readonly #run: RunFacts
  readonly #files = new Map<string, string>()
  readonly #roundOf = new Map<string, number>()
  readonly #rounds = new Set<number>()
  readonly #examples = new Map<string, string[]>()
  #examplesRead = false
  readonly #small = new Map<string, ImageFile>()
  readonly #headers = new Map<string, Header | null>()

  constructor(run: RunFacts) {
    this.#run = run
  }

  /** Where an image is; null for one that no round and no example has. */
  fileOf(image: string): string | null {
    if (!this.#files.has(image)) this.#look()
    return this.#files.get(image) ?? null
  }

  /** The newest round whose pool has an image; null for one that none has. */
  roundOf(image: string): number | null {
    this.#look()
    return this.#roundOf.get(image) ?? null
  }

  /** Its size and format as its header says; null where it cannot be read, or no browser is to get it. */
  async headerOf(image: string): Promise<Header | null> {
    const file = this.fileOf(image)
    return file === null ? null : headerOfFile(file)
  }

  /** Images of a class that training had, to show for it. */
  examplesOf(className: string): readonly string[] {
    this.#look()
    return this.#examples.get(className) ?? []
  }

  /** The whole image as it is kept; null where there is none, its content is another now, or no browser is to get it. */
  async whole(image: string): Promise<ImageFile | null> {
    const file = this.fileOf(image)
    if (file === null) return null
    const bytes = await readRegular(file)
    if (bytes === null || sha256(bytes) !== image) return null
    // The id is the content: what its header says never changes.
    let header = this.#headers.get(image)
    if (header === undefined) {
      header = await headerIn(bytes)
      remember(this.#headers, image, header, KEPT_HEADERS)
    }
    return header === null ? null : { bytes, mediaType: `image/${header.format}` }
  }

  /** The image with its longer side at most 160 pixels; enlarged ones stay as they are. */
  async small(image: string): Promise<ImageFile | null> {
    const kept = this.#small.get(image)
    if (kept) return kept
    const whole = await this.whole(image)
    if (whole === null) return null
    const made = await smaller(whole)
    if (made === null) return null
    remember(this.#small, image, made, KEPT)
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

/** Keeps one more entry; the oldest goes where there are too many. */
function remember<T>(kept: Map<string, T>, key: string, value: T, most: number): void {
  if (kept.size >= most) kept.delete(kept.keys().next().value!)
  kept.set(key, value)
}

async function smaller({ bytes, mediaType }: ImageFile): Promise<ImageFile | null> {
  try {
    const image = await imageIn(bytes)
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
