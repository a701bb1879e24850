// A small RGB canvas that signed-distance shapes are painted on, anti-aliased. The picture spans -1..1 in x (to the
// right) and y (down), whatever its size in pixels; colours are 0..1 until they become bytes.

import type { Rgb } from './colours.ts'

/** The part of the picture that a figure can touch: a square around (x, y). */
export interface Extent {
  readonly x: number
  readonly y: number
  readonly reach: number
}

/** A signed distance in picture units: negative inside. */
export type Field = (x: number, y: number) => number

export class Canvas {
  readonly size: number
  readonly red: Float32Array
  readonly green: Float32Array
  readonly blue: Float32Array

  constructor(size: number) {
    this.size = size
    this.red = new Float32Array(size * size)
    this.green = new Float32Array(size * size)
    this.blue = new Float32Array(size * size)
  }

  /** The picture coordinate of a pixel's middle. */
  coordinate(pixel: number): number {
    return (2 * pixel + 1) / this.size - 1
  }

  /** Rows or columns that an extent touches, as [first, end). */
  range(middle: number, reach: number): readonly [number, number] {
    const half = this.size / 2
    const first = Math.floor((middle - reach + 1) * half) - 1
    const end = Math.ceil((middle + reach + 1) * half) + 1
    return [Math.max(0, first), Math.min(this.size, end)]
  }

  /** Fills the inside of `field` with `colour`, mixed with `second` by `share` (0..1 at a point) where given. */
  fill(extent: Extent, field: Field, colour: Rgb, second?: Rgb, share?: Field): void {
    const { size, red, green, blue } = this
    const [left, right] = this.range(extent.x, extent.reach)
    const [top, bottom] = this.range(extent.y, extent.reach)
    for (let row = top; row < bottom; row++) {
      const y = this.coordinate(row)
      for (let column = left; column < right; column++) {
        const x = this.coordinate(column)
        const weight = coverage(field(x, y), size)
        if (weight === 0) continue
        let [r, g, b] = colour
        if (second !== undefined && share !== undefined) {
          const mixed = share(x, y)
          r += (second[0] - r) * mixed
          g += (second[1] - g) * mixed
          b += (second[2] - b) * mixed
        }
        const at = row * size + column
        red[at] += (r - red[at]) * weight
        green[at] += (g - green[at]) * weight
        blue[at] += (b - blue[at]) * weight
      }
    }
  }
}

/** How much of a pixel lies inside, for its middle's distance from the edge in picture units: 0..1. */
export function coverage(distance: number, size: number): number {
  const share = 0.5 - (distance * size) / 2
  return Math.min(1, Math.max(0, share))
}
