// The automatic policy: strong candidates are merged, strongest first, and what follows from several merges together must hold
// on average over all names that come together, so that a chain of names does not join two classes.

import { byCodeUnits } from '../../datasets/image-files.ts'
import type { MergeCandidate } from './merge-candidates.ts'
import { spellingKey } from './spelling.ts'

export interface DecideOptions {
  /** Strength that a candidate needs, and a whole group on average: 0..1. */
  readonly atLeast?: number
}

/**
 * With three people, one wrong answer in five, falling on any class, three names a class and 30 images each, 98 of 100 answers
 * get the main name of their class and no two classes are joined. Where people keep to one name each and take two classes for
 * each other all the time, the names of the two meet more than half as often as those of one class: of ten such pairs, four are
 * joined. At 0.6 it is one, and fewer names find together.
 */
export const DEFAULT_STRENGTH = 0.5

// Two names need to meet twice before the images say anything: not meeting tells nothing of a name with so few images.
const silentImages = 2

interface Group {
  readonly names: readonly string[]
  /** The same without their spellings: spelling keys, and known classes by name. */
  readonly words: ReadonlySet<string>
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
  const { groups, words } = separate(candidates)
  const decided: MergeCandidate[] = []
  const strong = candidates
    .filter(({ strength }) => strength >= atLeast)
    .sort((a, b) => b.strength - a.strength || byCodeUnits(a.from, b.from) || byCodeUnits(a.into, b.into))
  // A candidate that fails now may hold when its names have company, and the other way round: again until nothing moves.
  for (let moved = true; moved; ) {
    moved = false
    for (const candidate of strong) {
      const [a, b] = [groups.get(candidate.from)!, groups.get(candidate.into)!]
      if (a === b || (a.known && b.known) || averageBetween(a, b, words) < atLeast) continue
      const [winner, loser] = stays(a, b) ? [a, b] : [b, a]
      const joined = join(winner, loser, words)
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

/** What is known of words: their images, and the strongest evidence between the spellings of two. */
interface Words {
  readonly images: Map<string, number>
  readonly between: Map<string, number>
}

/** Every name in a group of its own. */
function separate(candidates: readonly MergeCandidate[]): { groups: Map<string, Group>; words: Words } {
  const groups = new Map<string, Group>()
  const words: Words = { images: new Map(), between: new Map() }
  const add = (name: string, count: number, known: boolean): string => {
    const word = known ? JSON.stringify(name) : spellingKey(name)
    if (!groups.has(name))
      groups.set(name, { names: [name], words: new Set([word]), into: name, images: count, known })
    words.images.set(word, Math.max(count, words.images.get(word) ?? 0))
    return word
  }
  for (const { from, into, images, intoKnown, strength } of candidates) {
    const key = pair(add(from, images.from, false), add(into, images.into, intoKnown))
    words.between.set(key, Math.max(strength, words.between.get(key) ?? 0))
  }
  return { groups, words }
}

function join(winner: Group, loser: Group, { images }: Words): Group {
  const words = winner.words.union(loser.words)
  const sum = [...words].reduce((total, word) => total + images.get(word)!, 0)
  return { ...winner, names: [...winner.names, ...loser.names], words, images: sum }
}

/**
 * Strength over all pairs of words of two groups, each with the images of its rarer word. No evidence counts as 0, but from few
 * images none can be expected. Spellings of one word belong together, whatever else is in their groups.
 */
function averageBetween(a: Group, b: Group, { images, between }: Words): number {
  if (!a.words.isDisjointFrom(b.words)) return 1
  let [sum, weights] = [0, 0]
  for (const x of a.words) {
    for (const y of b.words) {
      const strength = between.get(pair(x, y))
      const rarer = Math.min(images.get(x)!, images.get(y)!)
      // A known class may have no image among these answers; evidence for it still has a say.
      const weight = strength === undefined ? Math.max(0, rarer - silentImages) : Math.max(1, rarer)
      sum += weight * (strength ?? 0)
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
