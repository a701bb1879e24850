// The pool of one stage of a simulated loop: which images of all that may be explored stand in it, by seed. Methods of
// comparison, budgets and seeds all draw from the same images, so their features are computed once.

import { KeyedRandom } from '../datasets/generated/random.ts'
import { ConfigError } from '../errors.ts'

export interface PoolOptions {
  /** At most this many images of each open class; null takes all. */
  readonly openPerClass: number | null
  /** Known images for every open one; null takes all. */
  readonly knownPerOpen: number | null
  readonly seed: number
}

export interface StagePool {
  /** Labels of the classes to be discovered in this stage. */
  readonly openClasses: readonly number[]
  /** Positions among all images, in the order of the stream. */
  readonly positions: Int32Array
}

/**
 * One pool for each of `stages` stages, disjoint: each has its share of the open classes, drawn by seed (Table 9: half of
 * them each), and its share of the known images. `labels`: (N,), those from `knownClasses` up are open.
 *
 * Throws ConfigError for more stages than open classes, or a number out of range.
 */
export function drawPools(
  labels: Int32Array,
  knownClasses: number,
  stages: number,
  options: PoolOptions,
): StagePool[] {
  const { openPerClass, knownPerOpen, seed } = options
  const open = [...new Set(labels)].filter((label) => label >= knownClasses).sort((a, b) => a - b)
  if (!Number.isInteger(stages) || stages < 1 || stages > open.length)
    throw new ConfigError('stages', stages, `expected 1 to ${open.length}, the number of open classes`)
  if (openPerClass !== null && !(openPerClass >= 1))
    throw new ConfigError('pool.openPerClass', openPerClass, 'expected at least 1')
  if (knownPerOpen !== null && !(knownPerOpen >= 0))
    throw new ConfigError('pool.knownPerOpen', knownPerOpen, 'expected 0 or more')
  // One stream a purpose: another number of known images does not change which open ones are drawn.
  const classOrder = shuffled(open, new KeyedRandom(seed, 1))
  const known = shuffled(
    positionsOf(labels, (label) => label >= 0 && label < knownClasses),
    new KeyedRandom(seed, 2),
  )
  const members = Map.groupBy(
    positionsOf(labels, (label) => label >= knownClasses),
    (at) => labels[at],
  )
  return Array.from({ length: stages }, (_, stage) => {
    const openClasses = share(classOrder, stage, stages).sort((a, b) => a - b)
    const openImages = openClasses.flatMap((label) =>
      shuffled(members.get(label) ?? [], new KeyedRandom(seed, 3, label)).slice(0, openPerClass ?? undefined),
    )
    const available = share(known, stage, stages)
    const wanted = knownPerOpen === null ? available.length : Math.round(knownPerOpen * openImages.length)
    const positions = [...openImages, ...available.slice(0, wanted)]
    return { openClasses, positions: Int32Array.from(shuffled(positions, new KeyedRandom(seed, 4, stage))) }
  })
}

function positionsOf(labels: Int32Array, wanted: (label: number) => boolean): number[] {
  return [...labels.keys()].filter((at) => wanted(labels[at]))
}

/** The stage's part of a list that all stages divide among them. */
function share<T>(items: readonly T[], stage: number, stages: number): T[] {
  const cut = (part: number) => Math.round((part * items.length) / stages)
  return items.slice(cut(stage), cut(stage + 1))
}

/** The same items in an order by chance. */
export function shuffled(items: readonly number[], random: KeyedRandom): number[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1)
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}
