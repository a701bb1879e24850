// Image transforms as plain data, so that a run can store them. They mean what torchvision's of the same name mean,
// applied to 8-bit RGB; the result is float32 in [0, 1], or normalised.
// A size is one number for a square, or [height, width].

import { DataOptionError } from './data-errors.ts'

export type ImageSize = number | readonly [height: number, width: number]
type Triple = readonly [number, number, number]
type Range = readonly [low: number, high: number]

export type Transform =
  /** A box of random area (share of the image) and shape (width / height), resized; defaults .08-1 and 3/4-4/3. */
  | { kind: 'randomResizedCrop'; size: ImageSize; scale?: Range; ratio?: Range }
  /** To exactly this size, antialiased; the shape may change. */
  | { kind: 'resize'; size: ImageSize }
  /** The shorter side to this length, keeping the shape. */
  | { kind: 'resizeShorter'; size: number }
  /** The middle; black where the image is smaller. */
  | { kind: 'centerCrop'; size: ImageSize }
  /** A random part, after adding `padding` black pixels on each side (default 0). */
  | { kind: 'randomCrop'; size: ImageSize; padding?: number }
  /** Mirrors with this probability, default one half. */
  | { kind: 'horizontalFlip'; probability?: number }
  /** In random order, each by a factor from 1 - x to 1 + x. */
  | { kind: 'colorJitter'; brightness?: number; contrast?: number; saturation?: number }
  /** By an angle from -degrees to degrees; nearest pixel, black corners. */
  | { kind: 'rotation'; degrees: number }
  /** Per colour (x / 255 - mean) / std; once, after everything but cutout. */
  | { kind: 'normalize'; mean: Triple; std: Triple }
  /** A square of zeros around a random point; last. */
  | { kind: 'cutout'; size: number }

/** A transform with every default filled in, as the native side reads it. */
export type CompleteTransform = { kind: Transform['kind']; size?: [number, number] | number } & Record<
  string,
  unknown
>

const MAXIMUM_SIDE = 16384

function fail(at: string, value: unknown, allowed: string): never {
  throw new DataOptionError(at, value, allowed)
}

function numberIn(at: string, value: unknown, low: number, high: number): number {
  if (typeof value === 'number' && value >= low && value <= high) return value
  return fail(at, value, `expected a number from ${low} to ${high}`)
}

function side(at: string, value: unknown): number {
  const length = numberIn(at, value, 1, MAXIMUM_SIDE)
  return Number.isInteger(length) ? length : fail(at, value, 'expected whole pixels')
}

function sizeOf(at: string, size: ImageSize): [number, number] {
  if (typeof size === 'number') return [side(at, size), side(at, size)]
  if (!Array.isArray(size) || size.length !== 2) fail(at, size, 'expected a number or [height, width]')
  return [side(at, size[0]), side(at, size[1])]
}

function range(at: string, value: Range, low: number, high: number): [number, number] {
  if (!Array.isArray(value) || value.length !== 2) fail(at, value, 'expected [low, high]')
  const pair: [number, number] = [numberIn(at, value[0], low, high), numberIn(at, value[1], low, high)]
  return pair[0] <= pair[1] ? pair : fail(at, value, 'expected low not above high')
}

function triple(at: string, value: Triple, low: number): number[] {
  if (!Array.isArray(value) || value.length !== 3) fail(at, value, 'expected three numbers: red, green, blue')
  return value.map((x) => numberIn(at, x, low, 255))
}

function complete(t: Transform, at: string): CompleteTransform {
  switch (t.kind) {
    case 'randomResizedCrop':
      return {
        kind: t.kind,
        size: sizeOf(`${at}.size`, t.size),
        scale: range(`${at}.scale`, t.scale ?? [0.08, 1], 1e-6, 1),
        ratio: range(`${at}.ratio`, t.ratio ?? [3 / 4, 4 / 3], 1e-3, 1e3),
      }
    case 'resize':
    case 'centerCrop':
      return { kind: t.kind, size: sizeOf(`${at}.size`, t.size) }
    case 'resizeShorter':
      return { kind: t.kind, size: side(`${at}.size`, t.size) }
    case 'randomCrop': {
      const padding = numberIn(`${at}.padding`, t.padding ?? 0, 0, MAXIMUM_SIDE)
      if (!Number.isInteger(padding)) fail(`${at}.padding`, padding, 'expected whole pixels')
      return { kind: t.kind, size: sizeOf(`${at}.size`, t.size), padding }
    }
    case 'horizontalFlip':
      return { kind: t.kind, probability: numberIn(`${at}.probability`, t.probability ?? 0.5, 0, 1) }
    case 'colorJitter':
      return {
        kind: t.kind,
        brightness: numberIn(`${at}.brightness`, t.brightness ?? 0, 0, 10),
        contrast: numberIn(`${at}.contrast`, t.contrast ?? 0, 0, 10),
        saturation: numberIn(`${at}.saturation`, t.saturation ?? 0, 0, 10),
      }
    case 'rotation':
      return { kind: t.kind, degrees: numberIn(`${at}.degrees`, t.degrees, 0, 180) }
    case 'normalize':
      return { kind: t.kind, mean: triple(`${at}.mean`, t.mean, -255), std: triple(`${at}.std`, t.std, 1e-6) }
    case 'cutout':
      return { kind: t.kind, size: side(`${at}.size`, t.size) }
    default:
      return fail(`${at}.kind`, (t as { kind: unknown }).kind, 'expected the name of a transform')
  }
}

/** Fills in the defaults. Throws DataOptionError that names the wrong entry. */
export function completeTransforms(transforms: readonly Transform[]): CompleteTransform[] {
  const list = transforms.map((t, i) => complete(t, `transforms[${i}]`))
  list.forEach((t, i) => {
    const after = list.slice(i + 1).map((next) => next.kind)
    if (t.kind === 'cutout' && after.length > 0)
      fail(`transforms[${i}]`, t.kind, 'expected cutout as the last transform')
    if (t.kind === 'normalize' && after.some((kind) => kind !== 'cutout')) {
      fail(`transforms[${i}]`, t.kind, 'expected nothing but cutout after normalize')
    }
  })
  return list
}

/**
 * The [height, width] that every image has after the transforms.
 *
 * @param input [height, width] of the images, or null where they differ
 * Throws DataOptionError when images of different sizes stay different: they do not fit into one batch.
 */
export function outputSize(
  transforms: readonly Transform[],
  input: readonly [number, number] | null,
): [number, number] {
  let size: [number, number] | null = input === null ? null : [input[0], input[1]]
  for (const t of completeTransforms(transforms)) {
    if (Array.isArray(t.size)) size = t.size
    else if (t.kind === 'resizeShorter' && size !== null) size = shorterSideTo(size, t.size as number)
  }
  return (
    size ??
    fail(
      'transforms',
      transforms.map((t) => t.kind),
      'expected a crop or a resize that gives all images one size',
    )
  )
}

function shorterSideTo([height, width]: [number, number], length: number): [number, number] {
  return width <= height
    ? [Math.max(1, Math.trunc((length * height) / width)), length]
    : [length, Math.max(1, Math.trunc((length * width) / height))]
}
