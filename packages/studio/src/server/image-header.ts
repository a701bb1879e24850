// What the first bytes of an image say of it, by the content alone: nothing larger than any photograph, and no other format,
// reaches a browser.

import fs from 'node:fs'
import { imageSize } from 'image-size'
import type { Metadata, Sharp } from 'sharp'

export interface Header {
  readonly width: number
  readonly height: number
  readonly format: 'jpeg' | 'png' | 'webp'
}

/** Nobody's photograph is larger; a bomb is. */
const MOST_PIXELS = 50_000_000
/** Nearly every header ends before. */
const START = 65_536
/** Memory for the starts of files, used again and again: an export would leave gigabytes of it to the collector. */
const spare: Buffer[] = []

/** A file or bytes as an image, opened where its pixels are not too many. */
export async function imageIn(input: string | Buffer): Promise<Sharp> {
  // Loaded with the first image: a server starts without it.
  const { default: sharp } = await import('sharp')
  sharp.cache(false)
  sharp.concurrency(1)
  return sharp(input, { limitInputPixels: MOST_PIXELS, failOn: 'error', pages: 1 })
}

/** Null for what is no JPEG, PNG or WebP, or has too many pixels, all its frames counted. */
export async function headerIn(input: string | Buffer): Promise<Header | null> {
  try {
    const { format, width, height, pages = 1 }: Metadata = await (await imageIn(input)).metadata()
    if (width * height * pages > MOST_PIXELS) return null
    return format === 'jpeg' || format === 'png' || format === 'webp' ? { width, height, format } : null
  } catch {
    return null
  }
}

/** The same of a file; null, too, where there is none. An export asks for half a million, so it is not opened as an image. */
export async function headerOfFile(file: string): Promise<Header | null> {
  const memory = spare.pop() ?? Buffer.allocUnsafe(START)
  const start = await startOf(file, memory)
  const found = start === null ? null : quickly(start)
  spare.push(memory)
  if (start === null) return null
  if (found === null) return headerIn(file)
  return found.width * found.height > MOST_PIXELS ? null : found
}

/** The first bytes of a file, in the memory that is given; null where it cannot be read. */
async function startOf(file: string, memory: Buffer): Promise<Buffer | null> {
  try {
    // A pipe would wait for ever, a device never end.
    await using opened = await fs.promises.open(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
    if (!(await opened.stat()).isFile()) return null
    const { bytesRead } = await opened.read(memory, 0, START, 0)
    return memory.subarray(0, bytesRead)
  } catch {
    return null
  }
}

/** Null for what has frames, another format, or a header that is longer or broken. */
function quickly(start: Buffer): Header | null {
  try {
    const { width, height, type } = imageSize(start)
    return type === 'jpg' || type === 'png'
      ? { width, height, format: type === 'jpg' ? 'jpeg' : 'png' }
      : null
  } catch {
    return null
  }
}
