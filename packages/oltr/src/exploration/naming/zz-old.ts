// The automatic policy: strong candidates are merged, strongest first, and what follows from several merges together must hold
// on average over all names that come together, so that a chain of names does not join two classes.

import { byCodeUnits } from '../../datasets/image-files.ts'
import type { MergeCandidate } from './merge-candidates.ts'

export interface DecideOptions {
  /** Strength that a candidate needs, and a whole group on average: 0..1. */
  readonly atLeast?: number
}

/**
 * For mistakes that fall on any class: with three people, one wrong answer in five, three names a class and 30 images each, one
 * name in a hundred stays alone and no two classes are joined. Where people take two classes for each other all the time, their
 * names meet about half as often as those of one class: 0.55 keeps nearly all of those apart, and joins fewer names.
 */
export const DEFAULT_STRENGTH = 0.4

interface Group {
  readonly names: readonly string[]
  /** The name that stays. */
  readonly into: string
  readonly images: number
  readonly known: boolean
}

/** Merges to make, in order; each name is `from` at most once. Evidence and strength are those of the candidate that led to it. */
export function decideMerges(
  candidates: readonly MergeCandidate[],
  { atLeast = DEFAULT_STRENGTH }: DecideOptions = {},
): MergeCandidate[] {
  const groups = new Map<string, Group>()
  const between = new Map<string, number>()
  for (const { from, into, images, intoKnown, strength } of candidates) {
    if (!groups.has(from)) groups.set(from, { names: [from], into: from, images: images.from, known: false })
    if (!groups.has(into)) groups.set(into, { names: [into], into, images: images.into, known: intoKnown })
    between.set(pair(from, into), strength)
  }
  const images = new Map([...groups].map(([name, group]) => [name, group.images]))
  const decided: MergeCandidate[] = []
  const strong = candidates
    .filter(({ strength }) => strength >= atLeast)
    .sort((a, b) => b.strength - a.strength || byCodeUnits(a.from, b.from) || byCodeUnits(a.into, b.into))
  // A candidate that fails now may hold when its names have company, and the other way round: again until nothing moves.
  for (let moved = true; moved; ) {
    moved = false
    for (const candidate of strong) {
      const [a, b] = [groups.get(candidate.from)!, groups.get(candidate.into)!]
      if (a === b || (a.known && b.known) || averageBetween(a, b, between, images) < atLeast) continue
      const [winner, loser] = stays(a, b) ? [a, b] : [b, a]
      const joined = { ...winner, names: [...winner.names, ...loser.names], images: a.images + b.images }
      for (const name of joined.names) groups.set(name, joined)
      decided.push({
        ...candidate,
        from: loser.into,
        into: winner.into,
        images: { from: loser.images, into: winner.images },
        intoKnown: winner.known,
      })
      moved = true
    }
  }
  return decided
}

/** Strength over all pairs of names of two groups, each with the images of its rarer name; no evidence counts as 0. */
function averageBetween(
  a: Group,
  b: Group,
  between: ReadonlyMap<string, number>,
  images: ReadonlyMap<string, number>,
): number {
  let [sum, weights] = [0, 0]
  for (const x of a.names) {
    for (const y of b.names) {
      // A known class may have no image among these answers; it still has a say.
      const weight = Math.max(1, Math.min(images.get(x)!, images.get(y)!))
      sum += weight * (between.get(pair(x, y)) ?? 0)
      weights += weight
    }
  }
  return sum / weights
}

/** Whether the first group's name stays: the known one's, else the more frequent one's, ties by alphabetical order. */
function stays(a: Group, b: Group): boolean {
  if (a.known !== b.known) return a.known
  return a.images === b.images ? byCodeUnits(a.into, b.into) < 0 : a.images > b.images
}

function pair(a: string, b: string): string {
  return JSON.stringify(byCodeUnits(a, b) < 0 ? [a, b] : [b, a])
}
