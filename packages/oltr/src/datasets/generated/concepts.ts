// The nameable visual concepts that every generated class is put together from, and how a class is called.

export const SHAPES = [
  'disc',
  'square',
  'triangle',
  'star',
  'heart',
  'cross',
  'moon',
  'drop',
  'flower',
  'diamond',
] as const
export const TEXTURES = ['plain', 'striped', 'dotted', 'checked', 'banded', 'halved'] as const
export const COLOURS = ['red', 'orange', 'yellow', 'green', 'cyan', 'blue', 'purple', 'pink'] as const
export const PARTS = ['legs', 'stem', 'horns', 'ring', 'eye', 'tail'] as const
export const BACKGROUNDS = ['wall', 'sky', 'horizon', 'tiles', 'clouds'] as const

export type Shape = (typeof SHAPES)[number]
export type Texture = (typeof TEXTURES)[number]
export type Colour = (typeof COLOURS)[number]
export type Part = (typeof PARTS)[number]
export type Background = (typeof BACKGROUNDS)[number]

/** What makes a class: one concept of each of these four kinds. The background never belongs to a class. */
export interface Concepts {
  readonly texture: Texture
  readonly colour: Colour
  readonly shape: Shape
  readonly part: Part
}

/** The kinds of concept with all their values. */
export const VOCABULARY = { texture: TEXTURES, colour: COLOURS, shape: SHAPES, part: PARTS } as const
export const KINDS = ['texture', 'colour', 'shape', 'part'] as const

/** Number of different classes that the vocabulary can name: 6 x 8 x 10 x 6 = 2,880. */
export const COMBINATIONS = TEXTURES.length * COLOURS.length * SHAPES.length * PARTS.length

/** The name of a class, for example `striped-red-star-with-tail`; different concepts, different name. */
export function nameOf(concepts: Concepts): string {
  return `${concepts.texture}-${concepts.colour}-${concepts.shape}-with-${concepts.part}`
}

/** How many of the four concepts two classes have in common, 0..4. */
export function sharedConcepts(a: Concepts, b: Concepts): number {
  let shared = 0
  for (const kind of KINDS) if (a[kind] === b[kind]) shared++
  return shared
}
