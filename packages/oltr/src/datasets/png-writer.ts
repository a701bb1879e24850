// Writes RGB pixels as PNG: one chunk of deflated rows, no filter. Small pictures of the built-in set need no more.
// W3C PNG specification, sections 5 (datastream) and 9 (filter type 0).

import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/**
 * An 8-bit RGB PNG of a planar (3, H, W) image, 0..255. Throws RangeError when the bytes are not 3 x H x W.
 */
export function encodePng(pixels: Uint8Array, height: number, width: number): Uint8Array {
  const plane = height * width
  if (plane === 0 || pixels.length !== 3 * plane) {
    throw new RangeError(`expected 3 x ${height} x ${width} bytes, at least one pixel, got ${pixels.length}`)
  }
  const stride = 1 + 3 * width
  const rows = new Uint8Array(height * stride)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = y * stride + 1 + 3 * x // byte 0 of a row is its filter type, 0
      const from = y * width + x
      rows[to] = pixels[from]
      rows[to + 1] = pixels[plane + from]
      rows[to + 2] = pixels[2 * plane + from]
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8) // 8 bits a channel, colour type RGB, deflate, adaptive filters, not interlaced
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array(0)),
  ])
}

function chunk(type: string, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + content.length)
  bytes.writeUInt32BE(content.length, 0)
  bytes.write(type, 4, 'latin1')
  bytes.set(content, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length)
  return bytes
}
