// Everything about one image that is decided before it is drawn: pose, colours, background, light, clutter,
// occlusion, noise. A scene is plain data, so that a picture can be drawn at any size and its attributes told.

import { colourOf, fromHsv, mix, mutedColour, type Rgb } from './colours.ts'
import {
  BACKGROUNDS,
  type Background,
  COLOURS,
  type Concepts,
  type Part,
  SHAPES,
  type Shape,
} from './concepts.ts'
import type { KeyedRandom } from './random.ts'

/** Where and how the object stands. Picture units: the picture spans -1..1; y points down. */
export interface Pose {
  readonly x: number
  readonly y: number
  /** Radius of the body. */
  readonly scale: number
  /** In turns, clockwise. */
  readonly rotation: number
  readonly mirrored: boolean
}

export interface Light {
  /** Brightness of the whole picture. */
  readonly gain: number
  /** Relative brightness difference between the middle and the edge, and the direction of it in turns. */
  readonly slope: number
  readonly direction: number
  /** Factor for each channel. */
  readonly tint: Rgb
}

/** A distractor behind the object, or the occluder before it. */
export type Clutter =
  | { readonly kind: 'blob'; x: number; y: number; radius: number; colour: Rgb }
  | { readonly kind: 'line'; x: number; y: number; toX: number; toY: number; radius: number; colour: Rgb }
  | { readonly kind: 'figure'; shape: Shape; x: number; y: number; radius: number; turn: number; colour: Rgb }
  | { readonly kind: 'limb'; part: Part; x: number; y: number; radius: number; turn: number; colour: Rgb }

export interface Scene {
  readonly concepts: Concepts
  readonly pose: Pose
  readonly body: Rgb
  /** Second colour of the texture. */
  readonly mate: Rgb
  readonly limb: Rgb
  readonly outline: { readonly colour: Rgb; readonly width: number }
  readonly texture: { readonly period: number; readonly phase: number; readonly turn: number }
  readonly background: {
    readonly kind: Background
    readonly near: Rgb
    readonly far: Rgb
    readonly turn: number
    readonly at: number
    /** A 7 x 7 lattice of 0..1 for the clouds. */
    readonly lattice: readonly number[]
  }
  readonly clutter: readonly Clutter[]
  readonly occluder: Clutter | null
  readonly light: Light
  /** Standard deviation of the sensor noise, as a share of full brightness. */
  readonly noise: number
}

const WHITE: Rgb = [1, 1, 1]
const INK: Rgb = [0.08, 0.07, 0.1]

/** Parts that can lie around loose; an eye without a body would be a blob. */
const LOOSE_PARTS: readonly Part[] = ['legs', 'stem', 'horns', 'ring', 'tail']

/** How hard the pictures are: the ranges that nuisances are drawn from. */
const RANGE = {
  shift: 0.24,
  scale: [0.36, 0.56],
  rotation: 0.085,
  clutter: 5,
  occluded: 0.3,
  gain: [0.6, 1.15],
  slope: 0.35,
  tint: 0.12,
  noise: [0.015, 0.075],
  contrast: [0.38, 0.75],
} as const

/** Draws a scene with an object of the given concepts. */
export function sampleScene(concepts: Concepts, random: KeyedRandom): Scene {
  const pose: Pose = {
    x: random.around(RANGE.shift),
    y: random.around(RANGE.shift),
    scale: random.uniform(RANGE.scale[0], RANGE.scale[1]),
    rotation: random.around(RANGE.rotation),
    mirrored: random.chance(0.5),
  }
  const body = colourOf(concepts.colour, random)
  const contrast = random.uniform(RANGE.contrast[0], RANGE.contrast[1])
  const mate = mix(body, random.chance(0.5) ? WHITE : INK, contrast)
  const limb = mix(body, random.chance(0.3) ? WHITE : INK, random.uniform(0.25, 0.6))
  const outline = { colour: mix(body, INK, 0.7), width: random.chance(0.5) ? random.uniform(0.03, 0.1) : 0 }
  const texture = {
    period: random.uniform(0.52, 0.72),
    phase: random.uniform(0, 1),
    turn: random.uniform(0, 1),
  }
  return {
    concepts,
    pose,
    body,
    mate,
    limb,
    outline,
    texture,
    background: sampleBackground(random),
    clutter: Array.from({ length: random.integer(RANGE.clutter + 1) }, () => sampleClutter(random)),
    occluder: random.chance(RANGE.occluded) ? sampleOccluder(pose, random) : null,
    light: {
      gain: random.uniform(RANGE.gain[0], RANGE.gain[1]),
      slope: random.uniform(0, RANGE.slope),
      direction: random.uniform(0, 1),
      tint: [1 + random.around(RANGE.tint), 1 + random.around(RANGE.tint), 1 + random.around(RANGE.tint)],
    },
    noise: random.uniform(RANGE.noise[0], RANGE.noise[1]),
  }
}

function sampleBackground(random: KeyedRandom): Scene['background'] {
  return {
    kind: random.pick(BACKGROUNDS),
    near: mutedColour(random),
    far: mutedColour(random),
    turn: random.uniform(0, 1),
    at: random.around(0.5),
    lattice: Array.from({ length: 49 }, () => random.uniform(0, 1)),
  }
}

/** Any colour a class could have, or a grey: a distractor's colour tells nothing about the object. */
function anyColour(random: KeyedRandom): Rgb {
  const grey = random.chance(0.2)
  const family = random.pick(COLOURS)
  return grey ? fromHsv(0, 0, random.uniform(0.1, 0.95)) : colourOf(family, random)
}

function sampleClutter(random: KeyedRandom): Clutter {
  const colour = anyColour(random)
  const [x, y] = [random.around(1), random.around(1)]
  switch (random.integer(4)) {
    case 0:
      return { kind: 'blob', x, y, radius: random.uniform(0.06, 0.2), colour }
    case 1: {
      const [toX, toY] = [x + random.around(0.9), y + random.around(0.9)]
      return { kind: 'line', x, y, toX, toY, radius: random.uniform(0.03, 0.07), colour }
    }
    case 2: {
      const shape = random.pick(SHAPES)
      const radius = random.uniform(0.14, 0.26)
      return { kind: 'figure', shape, x, y, radius, turn: random.uniform(0, 1), colour }
    }
    default: {
      const part = random.pick(LOOSE_PARTS)
      const radius = random.uniform(0.3, 0.45)
      return { kind: 'limb', part, x, y, radius, turn: random.uniform(0, 1), colour }
    }
  }
}

/** A bar across the object, or a blob over its edge. */
function sampleOccluder(pose: Pose, random: KeyedRandom): Clutter {
  const colour = anyColour(random)
  const [dx, dy] = [random.around(1), random.around(1)]
  if (random.chance(0.5)) {
    const [x, y] = [pose.x + 0.6 * pose.scale * dx, pose.y + 0.6 * pose.scale * dy]
    const [ax, ay] = [random.around(1), random.around(1)]
    const radius = random.uniform(0.05, 0.11)
    return {
      kind: 'line',
      x: x - 1.5 * ax,
      y: y - 1.5 * ay,
      toX: x + 1.5 * ax,
      toY: y + 1.5 * ay,
      radius,
      colour,
    }
  }
  const radius = random.uniform(0.14, 0.26)
  return {
    kind: 'blob',
    x: pose.x + pose.scale * 1.2 * dx,
    y: pose.y + pose.scale * 1.2 * dy,
    radius,
    colour,
  }
}
