// The textures of a body: how much of the second colour shows at a point of the body's frame, 0..1. Edges are soft
// over `blur`, so that a texture drawn small fades instead of flickering.

import type { Texture } from './concepts.ts'

export interface TextureSetting {
  readonly texture: Texture
  /** Length of one repetition, in body radii. */
  readonly period: number
  /** Offset, in repetitions. */
  readonly phase: number
  /** Direction of the texture, as a unit vector. */
  readonly cos: number
  readonly sin: number
  /** Width of the soft edges, in body radii. */
  readonly blur: number
}

function soft(distance: number, blur: number): number {
  const share = 0.5 - distance / blur
  return Math.min(1, Math.max(0, share))
}

/** Signed distance from a stripe pattern's edges: negative in the second half of each repetition. */
function stripes(t: number, period: number): number {
  const cycle = t / period - Math.floor(t / period)
  return (0.25 - Math.abs(cycle - 0.5)) * period
}

/** The share of the second colour at (x, y). */
export function textureAt(setting: TextureSetting, x: number, y: number): number {
  const { texture, period, blur } = setting
  if (texture === 'plain') return 0
  const shift = setting.phase * period
  if (texture === 'banded') return soft(stripes(Math.sqrt(x * x + y * y) + shift, period), blur)
  const u = setting.cos * x + setting.sin * y
  const v = setting.cos * y - setting.sin * x
  switch (texture) {
    case 'striped':
      return soft(stripes(u + shift, period), blur)
    case 'halved':
      return soft(u, blur)
    case 'checked': {
      const a = soft(stripes(u + shift, period * 1.25), blur)
      const b = soft(stripes(v + shift, period * 1.25), blur)
      return a + b - 2 * a * b
    }
    default: {
      // Dotted: the distance from the nearest point of a square lattice.
      const cell = period * 1.15
      const du = u + shift - Math.floor((u + shift) / cell + 0.5) * cell
      const dv = v + shift - Math.floor((v + shift) / cell + 0.5) * cell
      return soft(Math.sqrt(du * du + dv * dv) - 0.31 * cell, blur)
    }
  }
}
