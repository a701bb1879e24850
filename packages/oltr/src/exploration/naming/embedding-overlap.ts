// Do two names stand for one class in the eyes of the model? Two means of one class lie as far apart as chance puts them; two
// classes lie as far apart as new classes do.

/** Where the images of one name lie. */
export interface NameEmbedding {
  readonly mean: Float32Array
  /** Root mean squared distance of the images from their mean. */
  readonly spread: number
  readonly count: number
}

export interface Overlap {
  readonly distance: number
  /** Median distance between two of the other names. */
  readonly typical: number
  /** 0..1. */
  readonly strength: number
}

// The model never learnt these classes: what it cannot tell apart, people often can. Alone this is never enough to merge.
const mostTrust = 0.35

/** Overlap of pairs of names; null where the model has too little to say. */
export function embeddingOverlap(
  embeddings: ReadonlyMap<string, NameEmbedding>,
): (a: string, b: string) => Overlap | null {
  const usable = [...embeddings].filter(([, { count }]) => count >= 2)
  const distances: { pair: readonly [string, string]; distance: number }[] = []
  for (let i = 0; i < usable.length; i++)
    for (let j = 0; j < i; j++)
      distances.push({
        pair: [usable[i][0], usable[j][0]],
        distance: distanceOf(usable[i][1].mean, usable[j][1].mean),
      })
  distances.sort((x, y) => x.distance - y.distance)
  const places = new Map(usable.map(([name]): [string, number[]] => [name, []]))
  for (const [at, { pair }] of distances.entries()) for (const name of pair) places.get(name)!.push(at)
  return (a, b) => {
    const [x, y] = [embeddings.get(a), embeddings.get(b)]
    if (!x || !y || x.count < 2 || y.count < 2) return null
    const own = new Set([...places.get(a)!, ...places.get(b)!])
    const others = distances.length - own.size
    if (others === 0) return null
    // The median of the others: its place among them, moved up by each distance of one's own that lies before it.
    let median = others >> 1
    for (const place of [...own].sort((p, q) => p - q)) if (place <= median) median++
    const typical = distances[median].distance
    const distance = distanceOf(x.mean, y.mean)
    const byChance = Math.sqrt(x.spread ** 2 / x.count + y.spread ** 2 / y.count)
    if (byChance >= typical) return null
    const nearness = (typical - distance) / (typical - byChance)
    return { distance, typical, strength: mostTrust * Math.min(1, Math.max(0, nearness)) }
  }
}

function distanceOf(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2
  return Math.sqrt(sum)
}
