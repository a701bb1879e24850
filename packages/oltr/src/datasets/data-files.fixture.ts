// Test material: small image files and archives, made in a temporary folder that goes when the test ends.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { encodePng } from './png-writer.ts'

/** An empty folder that the test may fill. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'oltr-data-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files, with the folders they need; returns the root. */
export function writeFiles(root: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

/** A PNG that differs from those of every other number below 2^24. */
export function pngOf(number: number, side = 4): Uint8Array {
  const pixels = new Uint8Array(3 * side * side)
  pixels.set([number & 255, (number >> 8) & 255, (number >> 16) & 255])
  return encodePng(pixels, side, side)
}

/** A JPEG of which only the structure is real: two segments with a scan of stuffed bytes and a restart marker. */
export function jpegOf(width: number, height: number): Uint8Array {
  const frame = [0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xff, 0, 0x34, 0xff, 0xd0, 0x56]
  return Uint8Array.of(0xff, 0xd8, 0xff, 0xfe, 0, 4, 1, 2, ...frame, ...scan, 0xff, 0xd9)
}

/** Class folders with the given numbers of images; every image is another one. */
export function writeClassFolders(root: string, counts: Readonly<Record<string, number>>, first = 0): string {
  let number = first
  for (const [name, count] of Object.entries(counts)) {
    mkdirSync(join(root, name), { recursive: true })
    for (let i = 0; i < count; i++)
      writeFileSync(join(root, name, `${String(i).padStart(3, '0')}.png`), pngOf(number++))
  }
  return root
}

/** CIFAR records: label bytes, then 3,072 bytes that all are the record's number. */
export function cifarRecords(labels: readonly (readonly number[])[]): Uint8Array {
  return Buffer.concat(
    labels.map((bytes, i) => Buffer.concat([Uint8Array.from(bytes), Buffer.alloc(3072, i)])),
  )
}

export interface TarMember {
  readonly name: string
  readonly content?: string | Uint8Array
  /** Header type: '0' file (default), '5' folder, 'L' long name, 'x' pax records. */
  readonly type?: string
}

/** A tar archive with ustar headers and the two zero blocks at its end. */
export function tarOf(members: readonly TarMember[]): Buffer {
  const blocks = members.map(({ name, content = '', type = '0' }) => {
    const body = Buffer.from(content)
    const header = Buffer.alloc(512)
    header.write(name.slice(0, 100), 0)
    header.write('0000644\0', 100)
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write(type, 156)
    header.write('ustar\0', 257)
    const sum = header.reduce((a, b) => a + b, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** The same, compressed. */
export function tarGzOf(members: readonly TarMember[]): Buffer {
  return gzipSync(tarOf(members))
}
