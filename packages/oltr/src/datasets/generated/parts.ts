// The parts a body can have, as signed distances in the body's own frame. Limbs start at the body's edge, wherever
// that is for the shape, so that a part looks the same on every shape; the eye is drawn on the body in two discs.

import type { Part, Shape } from './concepts.ts'
import { edgeAlongColumn, edgeAlongRow, limb, OUTLINES } from './shapes.ts'

type Distance = (x: number, y: number) => number

/** How far a limb starts inside the body, so that no gap shows. */
const OVERLAP = 0.12

/** The signed distance of a limb (every part but the eye) on a body of the given shape. */
function build(part: Part, shape: Shape): Distance {
  switch (part) {
    case 'legs': {
      const foot = 0.7
      const hip = edgeAlongColumn(shape, 0.4, 1)
      const hipLeft = edgeAlongColumn(shape, -0.4, 1)
      return (x, y) =>
        Math.min(
          limb(x, y, 0.4, hip - OVERLAP, 0.5, hip + foot, 0.12, 0.12),
          limb(x, y, -0.4, hipLeft - OVERLAP, -0.5, hipLeft + foot, 0.12, 0.12),
          limb(x, y, 0.5, hip + foot, 0.68, hip + foot, 0.12, 0.1),
          limb(x, y, -0.5, hipLeft + foot, -0.32, hipLeft + foot, 0.12, 0.1),
        )
    }
    case 'stem': {
      const top = edgeAlongColumn(shape, 0, -1)
      return (x, y) =>
        Math.min(
          limb(x, y, 0, top + OVERLAP, 0.06, top - 0.6, 0.1, 0.1),
          limb(x, y, 0.06, top - 0.3, 0.42, top - 0.58, 0.08, 0.17),
        )
    }
    case 'horns': {
      const right = Math.max(edgeAlongColumn(shape, 0.4, -1), -0.75)
      const left = Math.max(edgeAlongColumn(shape, -0.4, -1), -0.75)
      return (x, y) =>
        Math.min(
          limb(x, y, 0.38, right + 0.1, 0.72, right - 0.66, 0.2, 0.02),
          limb(x, y, -0.38, left + 0.1, -0.72, left - 0.66, 0.2, 0.02),
        )
    }
    case 'ring': {
      const top = edgeAlongColumn(shape, 0, -1) - 0.3
      return (x, y) => Math.abs(Math.sqrt(x * x + (y - top) * (y - top)) - 0.34) - 0.1
    }
    case 'tail': {
      const side = edgeAlongRow(shape, 0.3)
      return (x, y) =>
        Math.min(
          limb(x, y, side - OVERLAP, 0.3, side + 0.4, 0.42, 0.13, 0.12),
          limb(x, y, side + 0.4, 0.42, side + 0.66, 0.12, 0.12, 0.1),
          limb(x, y, side + 0.66, 0.12, side + 0.52, -0.22, 0.1, 0.07),
        )
    }
    case 'eye': {
      const [fx, fy] = OUTLINES[shape].face
      return (x, y) => Math.sqrt((x - fx) * (x - fx) + (y - fy) * (y - fy)) - EYE.white
    }
  }
}

/** No part reaches farther than this from the middle of the body, in body radii. */
export const REACH = 1.95

/** Radii of the eye's two discs, and how far the pupil looks to the side. */
export const EYE = { white: 0.36, pupil: 0.19, glance: 0.1 } as const

const built = new Map<string, Distance>()

/** The signed distance of a part on a body of that shape, body frame, units of the body's radius. */
export function partDistance(part: Part, shape: Shape): Distance {
  const key = `${part} ${shape}`
  let distance = built.get(key)
  if (distance === undefined) {
    distance = build(part, shape)
    built.set(key, distance)
  }
  return distance
}
