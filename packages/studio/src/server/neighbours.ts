// Which images look alike to the model: distances between the features that exploration has kept.

import type { RunFacts } from './run-facts.ts'

interface Pool {
  readonly images: readonly string[]
  readonly place: ReadonlyMap<string, number>
  /** Flat (N, D). */
  readonly features: Float32Array
  readonly dimension: number
}

/** Pools read last; a million images of 64 numbers take 256 MB, so few are kept. */
const KEPT = 2
const pools = new Map<string, Pool>()

function poolOf(run: RunFacts, round: number): Pool {
  const key = run.roundFolder(round)
  const kept = pools.get(key)
  if (kept) return kept
  const store = run.features(round)
  const { dimension } = store.source
  const images = store.images.map((image) => ('id' in image ? image.id : ''))
  const pool = {
    images,
    place: new Map(images.map((image, at) => [image, at])),
    features: store.read(0, store.length),
    dimension,
  }
  if (pools.size >= KEPT) pools.delete(pools.keys().next().value!)
  pools.set(key, pool)
  return pool
}

/** The feature of an image of a round; undefined for another image. */
export function featuresByImage(run: RunFacts, round: number): (image: string) => Float32Array | undefined {
  const { place, features, dimension } = poolOf(run, round)
  return (image) => {
    const at = place.get(image)
    return at === undefined ? undefined : features.subarray(at * dimension, (at + 1) * dimension)
  }
}

/** The images of a round that are most like one of its images, the nearest first; none where it is of no round. */
export function nearestImages(
  run: RunFacts,
  round: number | null,
  image: string,
  count: number,
): { image: string; distance: number }[] {
  if (round === null) return []
  const { images, place, features, dimension } = poolOf(run, round)
  const from = place.get(image)! * dimension
  const nearest: { image: string; distance: number }[] = []
  let worst = Number.POSITIVE_INFINITY
  for (let at = 0; at < images.length; at++) {
    if (images[at] === '' || images[at] === image) continue
    let squared = 0
    for (let d = 0, base = at * dimension; d < dimension && squared < worst; d++) {
      const difference = features[base + d]! - features[from + d]!
      squared += difference * difference
    }
    if (squared >= worst) continue
    const slot = nearest.findIndex(({ distance }) => distance > squared)
    nearest.splice(slot < 0 ? nearest.length : slot, 0, { image: images[at]!, distance: squared })
    if (nearest.length > count) nearest.pop()
    if (nearest.length === count) worst = nearest[count - 1]!.distance
  }
  return nearest.map((each) => ({ image: each.image, distance: Math.sqrt(each.distance) }))
}
