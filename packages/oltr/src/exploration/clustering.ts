// k-means (Lloyd, "Least squares quantization in PCM", 1982), begun by k-means++ (Arthur and Vassilvitskii, 2007) on a
// sample. Distances by matrix products, chunk by chunk.

import { noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { SeededRandom } from '@oltr/torch/data'
import { ConfigError } from '../errors.ts'

export interface Clusters {
  /** The cluster of each row, (N,): 0 to k - 1, and none is empty unless rows are equal. */
  readonly assignment: Int32Array
  /** Squared distance to its centre, (N,). */
  readonly distances: Float32Array
}

export interface ClusteringOptions {
  readonly seed: number
  /** Rounds of Lloyd's algorithm at most; default 20. It ends when a round gains less than a thousandth. */
  readonly rounds?: number
}

const CHUNK = 4096
/** Rows that the start looks at: this many, and some for each cluster. */
const SAMPLE = 8192
const SAMPLE_PER_CLUSTER = 8
const LEAST_GAIN = 1e-3

/**
 * `clusters` groups of the rows of x (N, D), as many as there are rows where these are fewer. The same seed gives the
 * same groups. Throws ConfigError for fewer than one cluster.
 */
export function kMeans(x: Tensor, clusters: number, { seed, rounds = 20 }: ClusteringOptions): Clusters {
  if (!Number.isInteger(clusters) || clusters < 1)
    throw new ConfigError('clusters', clusters, 'expected a whole number from 1')
  const count = x.shape[0]
  if (count === 0) return { assignment: new Int32Array(0), distances: new Float32Array(0) }
  return noGrad(() =>
    scope(() => {
      // Distances do not see a shift, and the numbers that cancel in them become small.
      const middle = x.mean([0]) // (D,)
      const centres = start(x, middle, Math.min(clusters, count), new SeededRandom(seed)) // (k, D), from the middle
      let found = assign(x, middle, centres)
      for (let round = 0; round < rounds; round++) {
        scope(() => moveCentres(x, middle, centres, found))
        const next = assign(x, middle, centres)
        const [before, after] = [sum(found.distances), sum(next.distances)]
        found = next
        if (!(after < (1 - LEAST_GAIN) * before)) break
      }
      return found
    }),
  )
}

/** k-means++: each further centre is drawn with a chance that grows with its squared distance from those so far. */
function start(x: Tensor, middle: Tensor, k: number, random: SeededRandom): Tensor {
  const order = random.permutation(x.shape[0]).slice(0, Math.max(SAMPLE, SAMPLE_PER_CLUSTER * k))
  const sample = x.indexSelect(0, tensor(order, { device: x.device })).sub_(middle) // (S, D)
  const lengths = sample.square().sum([1]) // (S,)
  const nearest = new Float64Array(order.length).fill(Number.POSITIVE_INFINITY)
  const chosen: number[] = []
  for (let next = random.below(order.length); chosen.length < k; next = drawn(nearest, random)) {
    chosen.push(next)
    const distances = scope(() => {
      const partial = ops.addmv(lengths, sample, sample.select(0, next), { alpha: -2 }) // (S,)
      return partial.add_(lengths.select(0, next)).toArray() as Float32Array
    })
    for (let i = 0; i < nearest.length; i++) nearest[i] = Math.min(nearest[i], Math.max(0, distances[i]))
    nearest[next] = 0
  }
  return sample.indexSelect(0, tensor(Int32Array.from(chosen), { device: x.device })) // (k, D)
}

function drawn(weights: Float64Array, random: SeededRandom): number {
  let left = random.uniform() * sum(weights)
  for (let at = 0; at < weights.length; at++) {
    left -= weights[at]
    if (left < 0) return at
  }
  // Every row lies on a centre: any will do.
  return random.below(weights.length)
}

function assign(x: Tensor, middle: Tensor, centres: Tensor): Clusters {
  const count = x.shape[0]
  const [assignment, distances] = [new Int32Array(count), new Float32Array(count)]
  scope(() => {
    const squares = centres.square().sum([1]) // (k,)
    for (let first = 0; first < count; first += CHUNK) {
      scope(() => {
        const part = x.narrow(0, first, Math.min(CHUNK, count - first)).sub(middle) // (R, D)
        const [least, place] = ops.addmm(squares, part, centres.t(), { alpha: -2 }).min(1) // (R,), (R,)
        distances.set(
          least
            .add_(part.square().sum([1]))
            .clampMin_(0)
            .toArray() as Float32Array,
          first,
        )
        assignment.set(place.to({ dtype: 'int32' }).toArray() as Int32Array, first)
      })
    }
  })
  return { assignment, distances }
}

/** Every centre to the mean of its rows; one without rows to the row that is farthest from its own centre. */
function moveCentres(x: Tensor, middle: Tensor, centres: Tensor, { assignment, distances }: Clusters): void {
  const counts = new Float32Array(centres.shape[0])
  for (const cluster of assignment) counts[cluster]++
  const { device } = x
  const sums = ops.zerosLike(centres).indexAdd_(0, tensor(assignment, { device }), x) // (k, D)
  const shares = tensor(
    counts.map((count) => 1 / Math.max(1, count)),
    { device },
  ).unsqueeze(1) // (k, 1)
  centres.copy_(sums.mul_(shares).sub_(middle))
  const empty = [...counts.keys()].filter((cluster) => counts[cluster] === 0)
  if (empty.length === 0) return
  const farthest = [...distances.keys()].sort((a, b) => distances[b] - distances[a] || a - b)
  empty.forEach((cluster, i) => {
    centres.select(0, cluster).copy_(x.select(0, farthest[i]).sub(middle))
  })
}

function sum(values: Float32Array | Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}
