// The structure of JPEG and PNG files, read without decoding a pixel: enough to know the size of an image, and to find
// files that are empty, cut short, damaged or something else under an image's name.
// JPEG: ITU-T T.81, annex B. PNG: W3C PNG specification, sections 5 and 11.

import { crc32 } from 'node:zlib'

export interface ImageStructure {
  readonly format: 'jpeg' | 'png'
  readonly width: number
  readonly height: number
}

/** What keeps a file from being an image, in a person's words. */
export interface ImageFault {
  readonly fault: string
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** Looks at the whole file: segments up to the end mark (JPEG), chunks with their checksums (PNG). */
export function inspectImage(bytes: Uint8Array): ImageStructure | ImageFault {
  if (bytes.length === 0) return { fault: 'the file is empty' }
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return inspectJpeg(bytes, true)
  if (PNG_SIGNATURE.every((byte, at) => bytes[at] === byte)) return inspectPng(bytes, true)
  return { fault: `neither JPEG nor PNG${lookalike(bytes)}` }
}

/** Width and height from the first bytes of a file (64 KiB are enough for most); null where they are not there. */
export function imageSize(head: Uint8Array): { width: number; height: number } | null {
  const found =
    head[0] === 0xff && head[1] === 0xd8
      ? inspectJpeg(head, false)
      : PNG_SIGNATURE.every((byte, at) => head[at] === byte)
        ? inspectPng(head, false)
        : null
  return found && 'width' in found ? found : null
}

function inspectJpeg(bytes: Uint8Array, whole: boolean): ImageStructure | ImageFault {
  const short = (what: string): ImageFault => ({ fault: `cut short, ${what} at byte ${bytes.length}` })
  let size: ImageStructure | null = null
  let scanned = false
  for (let at = 2; ; ) {
    if (at >= bytes.length) return short(scanned ? 'the end mark is missing' : 'no image data')
    if (bytes[at] !== 0xff) return { fault: `damaged, expected a JPEG marker at byte ${at}` }
    while (bytes[at] === 0xff) at++ // a marker may be preceded by fill bytes
    if (at >= bytes.length) return short('inside a marker')
    const marker = bytes[at++]
    if (marker === 0xd9) {
      if (!size || !scanned) return { fault: `damaged, it ends at byte ${at} without image data` }
      return size
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue
    if (at + 2 > bytes.length) return short('inside a segment')
    const length = (bytes[at] << 8) | bytes[at + 1]
    if (length < 2) return { fault: `damaged, a segment of length ${length} at byte ${at}` }
    const frame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (frame) {
      if (at + 7 > bytes.length) return short('inside the frame header')
      const height = (bytes[at + 3] << 8) | bytes[at + 4]
      const width = (bytes[at + 5] << 8) | bytes[at + 6]
      if (width === 0 || height === 0) return { fault: `damaged, its size is ${width}x${height}` }
      size = { format: 'jpeg', width, height }
      if (!whole) return size
    }
    at += length
    if (at > bytes.length) return short('inside a segment')
    if (marker === 0xda) {
      if (!size) return { fault: 'damaged, image data before the frame header' }
      scanned = true
      at = endOfScan(bytes, at)
    }
  }
}

/** The next marker after entropy-coded data: 0xff followed by neither a stuffed zero nor a restart marker. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]
    if (next === undefined) return bytes.length
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7) && next !== 0xff) return at
  }
  return bytes.length
}

function inspectPng(bytes: Uint8Array, whole: boolean): ImageStructure | ImageFault {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let size: ImageStructure | null = null
  let data = false
  for (let at = PNG_SIGNATURE.length; ; ) {
    if (at + 12 > bytes.length) {
      const missing = data ? 'the end chunk is missing' : 'no image data'
      return { fault: `cut short, ${missing} at byte ${bytes.length}` }
    }
    const length = view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    const end = at + 12 + length
    if (!/^[A-Za-z]{4}$/.test(type)) return { fault: `damaged, expected a PNG chunk at byte ${at}` }
    if (end > bytes.length && (whole || type === 'IHDR')) {
      return { fault: `cut short inside chunk ${type} at byte ${bytes.length}` }
    }
    if (whole && crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      return { fault: `damaged, the checksum of chunk ${type} at byte ${at} is wrong` }
    }
    if (!size) {
      if (type !== 'IHDR' || length !== 13) return { fault: 'damaged, the PNG header is missing' }
      size = { format: 'png', width: view.getUint32(at + 8), height: view.getUint32(at + 12) }
      if (size.width === 0 || size.height === 0)
        return { fault: `damaged, its size is ${size.width}x${size.height}` }
      if (!whole) return size
    }
    if (type === 'IDAT') data = true
    if (type === 'IEND') return data ? size : { fault: 'damaged, it has no image data' }
    at = end
  }
}

function lookalike(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 64)).toString('latin1')
  if (text.startsWith('GIF8')) return ' but GIF; convert it'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return ' but WebP; convert it'
  if (text.startsWith('BM')) return ' but BMP; convert it'
  if (/^\s*<(!doctype|html)/i.test(text)) return ' but a web page, a failed download; get it again'
  if (text.startsWith('version https://git-lfs')) return ' but a Git LFS pointer; run git lfs pull'
  return ''
}
