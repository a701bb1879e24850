// The colour families and how one colour of a family is chosen.

import type { Colour } from './concepts.ts'
import type { KeyedRandom } from './random.ts'

/** Red, green and blue in 0..1. */
export type Rgb = readonly [number, number, number]

/** The middle of each family on the hue circle (degrees) and how far a member may lie from it. */
const FAMILIES: Readonly<Record<Colour, { readonly hue: number; readonly spread: number }>> = {
  red: { hue: 0, spread: 9 },
  orange: { hue: 29, spread: 7 },
  yellow: { hue: 55, spread: 7 },
  green: { hue: 120, spread: 18 },
  cyan: { hue: 180, spread: 12 },
  blue: { hue: 224, spread: 12 },
  purple: { hue: 273, spread: 11 },
  pink: { hue: 325, spread: 12 },
}

/** Hue in degrees, saturation and value in 0..1. */
export function fromHsv(hue: number, saturation: number, value: number): Rgb {
  const sector = hue / 60
  const channel = (offset: number): number => {
    const k = (((offset + sector) % 6) + 6) % 6
    return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1))
  }
  return [channel(5), channel(3), channel(1)]
}

/** A colour that people would call by the family's name. */
export function colourOf(family: Colour, random: KeyedRandom): Rgb {
  const { hue, spread } = FAMILIES[family]
  const at = hue + random.around(spread)
  const saturation = random.uniform(0.62, 0.98)
  return fromHsv(at, saturation, random.uniform(0.68, 1))
}

/** A muted colour of any hue, for backgrounds. */
export function mutedColour(random: KeyedRandom): Rgb {
  const hue = random.uniform(0, 360)
  const saturation = random.uniform(0.05, 0.5)
  return fromHsv(hue, saturation, random.uniform(0.25, 0.95))
}

/** `share` of the way from one colour to another. */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ]
}
