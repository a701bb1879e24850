// Draws very many points by writing pixels: the time depends on their number alone, and 100,000 take a few milliseconds.

import type { Colouring } from '../state/map-colours.ts'

export interface View {
  /** Pixels of the canvas for the unit square, and where its corner is. */
  readonly scale: number
  readonly left: number
  readonly top: number
}

export interface Points {
  readonly x: Float32Array
  readonly y: Float32Array
}

const FAINT = 50
const FULL = 225

/** One canvas and the memory of its pixels, which stays from frame to frame. */
export class PointPainter {
  readonly #context: CanvasRenderingContext2D
  #image: ImageData | null = null

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context
  }

  /** `chosen`: 1 for each point that stands out; null where none does. */
  paint({ x, y }: Points, colouring: Colouring, view: View, chosen: Uint8Array | null): void {
    const { width, height } = this.#context.canvas
    if (width === 0 || height === 0) return
    const ratio = Math.min(3, view.scale / Math.min(width, height))
    const few = x.length < 5000 ? 1 : 0
    const radius = Math.round((1 + few) * devicePixelRatio * Math.sqrt(Math.max(1, ratio)))
    // With a margin on each side, so that a point at the edge is drawn like any other.
    const [across, down] = [width + 2 * radius, height + 2 * radius]
    const image = this.#cleared(across, down)
    const pixels = new Uint32Array(image.data.buffer)
    const offsets = disc(radius, across)
    const [left, top] = [view.left + radius + 0.5, view.top + radius + 0.5]
    for (const pass of chosen === null ? [1] : [0, 1]) {
      const colours = coloursOf(colouring, pass === 1 ? FULL : FAINT)
      for (let i = 0; i < x.length; i += 1) {
        if (chosen !== null && chosen[i] !== pass) continue
        const px = x[i]! * view.scale + left
        const py = y[i]! * view.scale + top
        if (px < radius || py < radius || px >= width + radius || py >= height + radius) continue
        const centre = Math.trunc(py) * across + Math.trunc(px)
        const colour = colours[colouring.indexes[i]!]!
        for (let k = 0; k < offsets.length; k += 1) pixels[centre + offsets[k]!] = colour
      }
    }
    this.#context.putImageData(image, -radius, -radius)
  }

  #cleared(width: number, height: number): ImageData {
    const kept = this.#image
    if (kept?.width === width && kept.height === height) {
      kept.data.fill(0)
      return kept
    }
    this.#image = this.#context.createImageData(width, height)
    return this.#image
  }
}

/** Steps from the pixel in the middle of a disc to each of its pixels, in rows of `across`. */
function disc(radius: number, across: number): Int32Array {
  const steps: number[] = []
  for (let dy = -radius; dy <= radius; dy += 1)
    for (let dx = -radius; dx <= radius; dx += 1)
      if (dx * dx + dy * dy <= radius * radius + 1) steps.push(dy * across + dx)
  return Int32Array.from(steps)
}

function coloursOf({ palette }: Colouring, alpha: number): Uint32Array {
  return Uint32Array.from(
    palette,
    ([red, green, blue]) => ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0,
  )
}
