// k-means (Lloyd, "Least squares quantization in PCM", 1982), begun by k-means++ (Arthur and Vassilvitskii, 2007) on a
// sample. Distances by matrix products, chunk by chunk.

import { noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { SeededRandom } from '@oltr/torch/data'

export interface Clusters {
  /** The cluster of each row, (N,). */
  readonly assignment: Int32Array
  /** Squared distance to its centre, (N,). */
  readonly distances: Float32Array
}

export interface ClusteringOptions {
  readonly seed: number
  /** Rounds of Lloyd's algorithm at most; default 20. It ends when no row moves. */
  readonly rounds?: number
}

const CHUNK = 8192
/** Rows that the start looks at, for each cluster. */
const SAMPLE = 32

/** `clusters` groups of the rows of x (N, D), fewer where there are fewer rows. The same seed gives the same groups. */
export function kMeans(x: Tensor, clusters: number, { seed, rounds = 20 }: ClusteringOptions): Clusters {
  return noGrad(() =>
    scope(() => {
      const rows = x.shape[0]
      const k = Math.min(clusters, rows)
      const centres = start(x, k, new SeededRandom(seed)) // (k, D)
      let found = assign(x, centres)
      for (let round = 0; round < rounds && k > 1; round++) {
        scope(() => moveCentres(x, centres, found))
        const next = assign(x, centres)
        const moved = next.assignment.some((cluster, row) => cluster !== found.assignment[row])
        found = next
        if (!moved) break
      }
      return found
    }),
  )
}

/** k-means++: each further centre is drawn with a chance that grows with its squared distance from those so far. */
function start(x: Tensor, k: number, random: SeededRandom): Tensor {
  const order = random.permutation(x.shape[0]).slice(0, Math.max(k, SAMPLE * k))
  const sample = x.indexSelect(0, tensor(order)) // (S, D)
  const nearest = new Float64Array(order.length).fill(Number.POSITIVE_INFINITY)
  const chosen: number[] = []
  for (let next = random.below(order.length); chosen.length < k; next = drawn(nearest, random)) {
    chosen.push(next)
    const distances = scope(() => sample.sub(sample.select(0, next)).square().sum([1]).toArray() as Float32Array) // (S,)
    for (let i = 0; i < nearest.length; i++) nearest[i] = Math.min(nearest[i], distances[i])
  }
  return sample.indexSelect(0, tensor(Int32Array.from(chosen))) // (k, D)
}

function drawn(weights: Float64Array, random: SeededRandom): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let left = random.uniform() * total
  const at = weights.findIndex((weight) => {
    left -= weight
    return left < 0
  })
  // Every row lies on a centre: any will do.
  return at >= 0 ? at : random.below(weights.length)
}

function assign(x: Tensor, centres: Tensor): Clusters {
  const rows = x.shape[0]
  const assignment = new Int32Array(rows)
  const distances = new Float32Array(rows)
  scope(() => {
    const squares = centres.square().sum([1]) // (k,)
    const towards = centres.t().mul(-2) // (D, k)
    for (let first = 0; first < rows; first += CHUNK) {
      scope(() => {
        const part = x.slice({ dim: 0, start: first, end: Math.min(first + CHUNK, rows) }) // (R, D)
        const [least, place] = part.matmul(towards).add_(squares).min(1) as [Tensor, Tensor] // (R,), (R,)
        const lengths = part.square().sum([1]) // (R,)
        distances.set(least.add(lengths).clampMin(0).toArray() as Float32Array, first)
        assignment.set(Int32Array.from(place.toArray() as BigInt64Array, Number), first)
      })
    }
  })
  return { assignment, distances }
}

/** Every centre to the mean of its rows; one without rows to the row that is farthest from its own centre. */
function moveCentres(x: Tensor, centres: Tensor, { assignment, distances }: Clusters): void {
  const k = centres.shape[0]
  const sums = ops.zerosLike(centres).indexAdd_(0, tensor(assignment), x) // (k, D)
  const counts = new Float32Array(k)
  for (const cluster of assignment) counts[cluster]++
  centres.copy_(sums.div(tensor(counts.map((count) => Math.max(1, count))).unsqueeze(1)))
  const empty = [...counts.keys()].filter((cluster) => counts[cluster] === 0)
  if (empty.length === 0) return
  const farthest = [...distances.keys()].sort((a, b) => distances[b] - distances[a] || a - b)
  empty.forEach((cluster, i) => {
    centres.select(0, cluster).copy_(x.select(0, farthest[i]))
  })
}
