// Draws very many points by writing pixels: the time depends on their number alone, and 100,000 take a few milliseconds.

import type { Colouring } from '../state/map-colours.ts'

export interface View {
  /** Pixels of the canvas for the unit square, and where its corner is. */
  readonly scale: number
  readonly left: number
  readonly top: number
}

interface Points {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

const FAINT = 50
const FULL = 225

/** Offsets of the pixels of a disc. */
function disc(radius: number): readonly (readonly [number, number])[] {
  const offsets: [number, number][] = []
  for (let dy = -radius; dy <= radius; dy += 1) {
    for (let dx = -radius; dx <= radius; dx += 1) {
      if (dx * dx + dy * dy <= radius * radius + 1) offsets.push([dx, dy])
    }
  }
  return offsets
}

/** `chosen`: 1 for each point that stands out; null where none does. */
export function drawPoints(
  context: CanvasRenderingContext2D,
  points: Points,
  colouring: Colouring,
  view: View,
  chosen: Uint8Array | null,
): void {
  const { width, height } = context.canvas
  if (width === 0 || height === 0) return
  const image = context.createImageData(width, height)
  const pixels = new Uint32Array(image.data.buffer)
  const ratio = Math.min(3, view.scale / Math.min(width, height))
  const few = points.x.length < 5000 ? 1 : 0
  const offsets = disc(Math.round((1 + few) * devicePixelRatio * Math.sqrt(Math.max(1, ratio))))
  const colours = [FAINT, FULL].map((alpha) =>
    colouring.palette.map(([red, green, blue]) => ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0),
  )
  for (const pass of chosen === null ? [1] : [0, 1]) {
    const palette = colours[pass]!
    for (let i = 0; i < points.x.length; i += 1) {
      if (chosen !== null && chosen[i] !== pass) continue
      const px = Math.round(points.x[i]! * view.scale + view.left)
      const py = Math.round(points.y[i]! * view.scale + view.top)
      if (px < 0 || py < 0 || px >= width || py >= height) continue
      const colour = palette[colouring.indexes[i]!]!
      for (const [dx, dy] of offsets) {
        const x = px + dx
        const y = py + dy
        if (x >= 0 && y >= 0 && x < width && y < height) pixels[y * width + x] = colour
      }
    }
  }
  context.putImageData(image, 0, 0)
}
