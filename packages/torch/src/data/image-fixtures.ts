// Test material: the images of ./fixtures and what Pillow makes of them (parity/image_golden.py wrote both).

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tensor } from '../tensor.ts'

export interface Pixels {
  width: number
  height: number
  data: Uint8Array
}

const folder = join(import.meta.dirname, 'fixtures')

interface Stored {
  width: number
  height: number
  rgb: string
}
const stored = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
  decoded: Record<string, Stored>
  made: Record<string, Stored>
}

/** Names of the images of known content. */
export const fixtureNames: readonly string[] = Object.keys(stored.decoded)

export function fixturePath(name: string): string {
  return join(folder, name)
}

/** What the file holds, or what a named operation makes of one, according to Pillow. */
export function expected(name: string): Pixels {
  const entry = stored.decoded[name] ?? stored.made[name]
  if (entry === undefined) throw new Error(`no expectation '${name}': run parity/image_golden.py`)
  return { width: entry.width, height: entry.height, data: Buffer.from(entry.rgb, 'base64') }
}

/** The largest difference of any byte; infinite when the sizes differ. */
export function largestDifference(a: Pixels, b: Pixels): number {
  if (a.width !== b.width || a.height !== b.height || a.data.length !== b.data.length)
    return Number.POSITIVE_INFINITY
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0)
}

/** Image i of a batch (B, 3, H, W) of values in [0, 1], as bytes again. */
export function toPixels(batch: Tensor, i = 0): Pixels {
  const [, , height, width] = batch.shape as [number, number, number, number]
  const values = batch.toArray() as Float32Array
  const area = height * width
  const data = new Uint8Array(area * 3)
  for (let p = 0; p < area; p++) {
    for (let c = 0; c < 3; c++) data[p * 3 + c] = Math.round(values[(i * 3 + c) * area + p]! * 255)
  }
  return { width, height, data }
}
