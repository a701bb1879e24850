// The outlines of the shapes as signed distances: negative inside, positive outside, in units of the body's radius,
// y downwards. Distances follow the usual constructions of implicit modelling (half-planes, boxes, discs and their
// unions); where they are not exact they are so near the edge, which is all that anti-aliasing needs.

import type { Shape } from './concepts.ts'

interface Outline {
  readonly distance: (x: number, y: number) => number
  /** Where an eye sits: a point well inside. */
  readonly face: readonly [number, number]
}

function disc(x: number, y: number, radius: number): number {
  return Math.sqrt(x * x + y * y) - radius
}

function box(x: number, y: number, halfWidth: number, halfHeight: number): number {
  const dx = Math.abs(x) - halfWidth
  const dy = Math.abs(y) - halfHeight
  if (dx <= 0 || dy <= 0) return Math.max(dx, dy)
  return Math.sqrt(dx * dx + dy * dy)
}

/** Distance to the segment from (ax, ay) to (bx, by), less a radius that runs from `ra` to `rb`. */
export function limb(
  x: number,
  y: number,
  ax: number,
  ay: number,
  bx: number,
  by: number,
  ra: number,
  rb: number,
): number {
  const dx = bx - ax
  const dy = by - ay
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)
  const t = Math.min(1, Math.max(0, along))
  const ex = x - ax - t * dx
  const ey = y - ay - t * dy
  return Math.sqrt(ex * ex + ey * ey) - (ra + t * (rb - ra))
}

/** A star with five points: folded twice into one tenth of the plane, where its edge is one segment. */
function star(px: number, py: number): number {
  const [cos36, sin36] = [0.8090169943749475, 0.5877852522924731]
  let x = Math.abs(px)
  let y = -py
  let fold = Math.max(cos36 * x - sin36 * y, 0)
  x -= 2 * fold * cos36
  y += 2 * fold * sin36
  fold = Math.max(-cos36 * x - sin36 * y, 0)
  x += 2 * fold * cos36
  y += 2 * fold * sin36
  x = Math.abs(x)
  y -= 1.08
  const [bx, by] = [0.46 * sin36, 0.46 * cos36 - 1.08]
  const h = Math.min(1, Math.max(0, (x * bx + y * by) / (bx * bx + by * by)))
  const ex = x - bx * h
  const ey = y - by * h
  const length = Math.sqrt(ex * ex + ey * ey)
  return y * bx - x * by > 0 ? length : -length
}

function flower(x: number, y: number): number {
  let nearest = disc(x, y, 0.42)
  for (const [px, py] of [
    [0, -0.6],
    [0.5706, -0.1854],
    [0.3527, 0.4854],
    [-0.3527, 0.4854],
    [-0.5706, -0.1854],
  ]) {
    nearest = Math.min(nearest, disc(x - px, y - py, 0.37))
  }
  return nearest
}

function heart(x: number, y: number): number {
  const side = Math.abs(x)
  const lobe = disc(side - 0.44, y + 0.32, 0.5)
  const tip = box((x + y) * Math.SQRT1_2, (y - x) * Math.SQRT1_2, 0.66, 0.66)
  // The lower corner of the tilted box is the tip; its upper half is hidden by the lobes.
  return Math.min(lobe, y < -0.3 ? Math.max(tip, -0.3 - y) : tip)
}

/** No body, with its line around it, reaches farther than this from its middle, in body radii. */
export const BODY_REACH = 1.4

export const OUTLINES: Readonly<Record<Shape, Outline>> = {
  disc: { distance: (x, y) => disc(x, y, 0.88), face: [0, -0.1] },
  square: { distance: (x, y) => box(x, y, 0.74, 0.74) - 0.04, face: [0, -0.1] },
  triangle: {
    distance: (x, y) => Math.max(y - 0.66, 0.8660254 * Math.abs(x) - 0.5 * y - 0.45) - 0.03,
    face: [0, 0.2],
  },
  star: { distance: star, face: [0, 0] },
  heart: { distance: heart, face: [0, -0.05] },
  cross: { distance: (x, y) => Math.min(box(x, y, 0.94, 0.33), box(x, y, 0.33, 0.94)), face: [0, 0] },
  moon: {
    distance: (x, y) => Math.max(disc(x - 0.2, y, 1), 0.8 - Math.sqrt((x - 0.66) * (x - 0.66) + y * y)),
    face: [-0.47, 0],
  },
  drop: {
    distance: (x, y) => limb(x, y, 0, 0.32, 0, -0.95, 0.62, 0.02),
    face: [0, 0.25],
  },
  flower: { distance: flower, face: [0, 0] },
  diamond: {
    distance: (x, y) => 0.8437 * Math.abs(x) + 0.5368 * Math.abs(y) - 0.56,
    face: [0, 0],
  },
}

const STEP = 1 / 64

/** The y where the vertical line at `x`, followed from outside (`from` = -1 above, 1 below), meets the body. */
export function edgeAlongColumn(shape: Shape, x: number, from: -1 | 1): number {
  const { distance } = OUTLINES[shape]
  let y = 1.5 * from
  while (distance(x, y) > 0 && y * from > 0) y -= STEP * from
  return y
}

/** The x where the horizontal line at `y`, followed from the right, meets the body. */
export function edgeAlongRow(shape: Shape, y: number): number {
  const { distance } = OUTLINES[shape]
  let x = 1.5
  while (distance(x, y) > 0 && x > 0) x -= STEP
  return x
}
