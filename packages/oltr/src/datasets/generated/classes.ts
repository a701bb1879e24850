// Which combinations of concepts are classes. Head classes cover the vocabulary and lie far apart; every other class,
// known or open, is a new combination of concepts that head classes show, so that what is learnt on the head can
// serve the tail (the premise of the paper's visual memory), and so that a tail class has head classes it is easily
// taken for.
//
// The list depends on the numbers of classes only, not on the data set's seed: another seed draws other images of
// the same classes.

import { COMBINATIONS, type Concepts, KINDS, nameOf, sharedConcepts, VOCABULARY } from './concepts.ts'
import { KeyedRandom } from './random.ts'

export interface ClassList {
  /** From the most to the least frequent class. */
  readonly known: readonly Concepts[]
  /** How many of `known`, from its start, are head classes. */
  readonly heads: number
  readonly open: readonly Concepts[]
  /** Unknown classes too, none of them in `open`: thresholds are fitted on these. */
  readonly openValidation: readonly Concepts[]
}

/** The share of the known classes that is laid out as heads: those above 100 images in the default profile. */
const HEAD_SHARE = 0.27
/** Candidates compared for each new class. */
const CANDIDATES = 96

/** The most classes, known and unknown together, that can be asked for: beyond it new combinations get rare. */
export const MOST_CLASSES = COMBINATIONS / 4

/** Lists `known` + `open` + `openValidation` different classes; deterministic. */
export function listClasses(known: number, open: number, openValidation: number): ClassList {
  const random = new KeyedRandom(0x6f6c7472, 1)
  const taken = new Set<string>()
  const usage = new Map<string, number>()
  const heads: Concepts[] = []
  const others: Concepts[] = []

  const headCount = Math.min(known, Math.max(2, Math.round(known * HEAD_SHARE)))
  while (heads.length < headCount) heads.push(settle(() => anyClass(random), heads))
  // The balance of concepts is counted anew for the tail, or its rare concepts would be the head's common ones.
  usage.clear()
  while (others.length < known - headCount + open + openValidation) {
    const swaps = 1 + (others.length % 3)
    others.push(settle(() => recombine(heads, swaps, random), null))
  }
  const tail = known - headCount
  return {
    known: [...heads, ...others.slice(0, tail)],
    heads: headCount,
    open: others.slice(tail, tail + open),
    openValidation: others.slice(tail + open),
  }

  /** The free candidate whose concepts are used least so far; `apart`: classes to be as unlike as possible. */
  function settle(propose: () => Concepts, apart: readonly Concepts[] | null): Concepts {
    let best: Concepts | null = null
    let bestCost = Number.POSITIVE_INFINITY
    for (let tried = 0; tried < CANDIDATES || best === null; tried++) {
      const candidate = tried < 50 * CANDIDATES ? propose() : anyClass(random)
      if (taken.has(nameOf(candidate))) continue
      let cost = 0
      for (const kind of KINDS) cost += ((usage.get(candidate[kind]) ?? 0) * VOCABULARY[kind].length) / 8
      for (const other of apart ?? []) cost += 100 * Math.max(0, sharedConcepts(candidate, other) - 1)
      if (cost < bestCost) {
        best = candidate
        bestCost = cost
      }
    }
    taken.add(nameOf(best))
    for (const kind of KINDS) usage.set(best[kind], (usage.get(best[kind]) ?? 0) + 1)
    return best
  }
}

function anyClass(random: KeyedRandom): Concepts {
  return {
    texture: random.pick(VOCABULARY.texture),
    colour: random.pick(VOCABULARY.colour),
    shape: random.pick(VOCABULARY.shape),
    part: random.pick(VOCABULARY.part),
  }
}

/** A head class with `swaps` of its concepts replaced by those of other head classes. */
function recombine(heads: readonly Concepts[], swaps: number, random: KeyedRandom): Concepts {
  const made: Record<string, string> = { ...random.pick(heads) }
  const start = random.integer(KINDS.length)
  const step = random.chance(0.5) ? 1 : 3
  for (let i = 0; i < swaps; i++) {
    const kind = KINDS[(start + i * step) % KINDS.length]
    made[kind] = random.pick(heads)[kind]
  }
  return made as unknown as Concepts
}
