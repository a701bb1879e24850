// Openness, informativeness and energy of pool images (Sec. 3.4, Eq. 7 to 9), from the distances between their features
// and the centroids of the visual memory. Works chunk by chunk: no (N, K) matrix of a whole pool, no (N, K, D) tensor.

import { noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { ConfigError, DataError } from '../errors.ts'

/** Which reading of Eq. 9: see `explorationScores`. */
export const READINGS = ['product', 'per-centroid', 'literal'] as const
export type EnergyReading = (typeof READINGS)[number]

/** `euclidean`: Eq. 7 as printed. `unit`: features and centroids at unit length, so that a feature's length says nothing. */
export const METRICS = ['euclidean', 'unit'] as const
export type Metric = (typeof METRICS)[number]

export interface ScoreOptions {
  /** Default `product`. */
  reading?: EnergyReading
  /** T of Eq. 9, above 0; default 1. */
  temperature?: number
  /** Default `euclidean`. */
  metric?: Metric
  /** How many near classes to name, at least 2; default 3. */
  nearestCount?: number
}

export interface ExplorationScores {
  /** U_open (Eq. 7), the distance to the nearest centroid, (N,). */
  readonly openness: Float32Array
  /** U_info (Eq. 8), nearest / second nearest distance, in (0, 1], (N,); 1 on a boundary between two classes. */
  readonly informativeness: Float32Array
  /** What selection ranks by (Eq. 9), high = open and informative, (N,). */
  readonly energy: Float32Array
  /** The classes of the `nearestCount` nearest centroids, nearest first, flat (N, nearestCount). */
  readonly nearest: Int32Array
  /** Their distances, flat (N, nearestCount). */
  readonly nearestDistances: Float32Array
  readonly nearestCount: number
}

/** Rows of one product: enough to fill the processor, 8 MB of distances at K = 1000. */
const CHUNK = 2048

/**
 * Scores of features x (N, D) against centroids (K, D). Among equally near classes the lower label comes first.
 *
 * The readings of Eq. 9, E = -T log sum_i exp(U_open U_info / T):
 * Deviation: its exponent does not depend on i, so as printed E is a constant minus the product, and the highest E the
 * least open image, against the prose. `product` (default) is U_open U_info, the same ranking with the sign of the prose;
 * `per-centroid` is -T log sum_i exp(-d_i U_info / T), where T matters; `literal` is the print, -T log K - U_open U_info.
 *
 * Throws ConfigError for fewer than two classes or a temperature that is not above 0, DataError naming the first image
 * whose feature is not finite.
 */
export function explorationScores(x: Tensor, centroids: Tensor, options: ScoreOptions = {}): ExplorationScores {
  const { reading = 'product', temperature = 1, metric = 'euclidean' } = options
  const [images, classes] = [x.shape[0], centroids.shape[0]]
  if (classes < 2)
    throw new ConfigError('classes', classes, 'expected at least 2: informativeness compares the two nearest')
  if (!(temperature > 0)) throw new ConfigError('temperature', temperature, 'expected a number above 0')
  const nearestCount = Math.min(classes, Math.max(2, options.nearestCount ?? 3))
  const result = {
    openness: new Float32Array(images),
    informativeness: new Float32Array(images),
    energy: new Float32Array(images),
    nearest: new Int32Array(images * nearestCount),
    nearestDistances: new Float32Array(images * nearestCount),
    nearestCount,
  }
  noGrad(() =>
    scope(() => {
      const memory = metric === 'unit' ? unit(centroids) : centroids.detach() // (K, D)
      const towards = memory.t().mul(-2) // (D, K)
      const squares = memory.square().sum([1]) // (K,)
      for (let first = 0; first < images; first += CHUNK) {
        scope(() => {
          const rows = x.slice({ dim: 0, start: first, end: Math.min(first + CHUNK, images) }) // (R, D)
          const chunk = metric === 'unit' ? unit(rows) : rows // (R, D)
          const partial = chunk.matmul(towards).add_(squares) // (R, K): ||x - c||^2 - ||x||^2
          const { classesNear, distances } = nearestOf(chunk, memory, partial, nearestCount)
          write(result, first, classesNear, distances)
          if (reading === 'per-centroid') softMinimum(result, first, chunk, partial, temperature)
          else combine(result, first, chunk.shape[0], reading === 'literal' ? -temperature * Math.log(classes) : null)
        })
      }
    }),
  )
  checkFinite(result.openness)
  return result
}

/** The nearest classes (R, n) and their distances, computed from x - c itself: no digit is lost to cancellation. */
function nearestOf(
  x: Tensor,
  memory: Tensor,
  partial: Tensor,
  count: number,
): { classesNear: BigInt64Array; distances: Float32Array } {
  const places: Tensor[] = []
  const left = partial.clone() // (R, K)
  for (let k = 0; k < count; k++) {
    const place = left.argmin({ dim: 1, keepdim: true }) // (R, 1)
    places.push(place)
    if (k + 1 < count) left.scatter_(1, place, Number.POSITIVE_INFINITY)
  }
  const distances = places.map(
    (place) => x.sub(memory.indexSelect(0, place.squeeze(1))).linalgVectorNorm({ dim: [1], keepdim: true }), // (R, 1)
  )
  return {
    classesNear: ops.cat(places, { dim: 1 }).toArray() as BigInt64Array, // (R, n)
    distances: ops.cat(distances, { dim: 1 }).toArray() as Float32Array, // (R, n)
  }
}

function write(
  result: ExplorationScores,
  first: number,
  classesNear: BigInt64Array,
  distances: Float32Array,
): void {
  const { nearestCount: n, nearest, nearestDistances, openness, informativeness } = result
  for (let row = 0; row < distances.length / n; row++) {
    // The cheap distances may order two near-equal ones wrongly; the exact ones decide.
    const order = Array.from({ length: n }, (_, k) => row * n + k).sort(
      (a, b) => distances[a] - distances[b] || Number(classesNear[a] - classesNear[b]),
    )
    order.forEach((from, k) => {
      nearest[(first + row) * n + k] = Number(classesNear[from])
      nearestDistances[(first + row) * n + k] = distances[from]
    })
    const [d1, d2] = [distances[order[0]], distances[order[1]]]
    openness[first + row] = d1
    informativeness[first + row] = d2 === 0 ? 1 : d1 / d2
  }
}

function combine(
  { openness, informativeness, energy }: ExplorationScores,
  first: number,
  rows: number,
  literal: number | null,
): void {
  for (let i = first; i < first + rows; i++) {
    const product = openness[i] * informativeness[i]
    energy[i] = literal === null ? product : literal - product
  }
}

/** -T log sum_i exp(-d_i U_info / T) of each row. */
function softMinimum(
  { informativeness, energy }: ExplorationScores,
  first: number,
  x: Tensor,
  partial: Tensor,
  temperature: number,
): void {
  const rows = x.shape[0]
  const info = tensor(informativeness.slice(first, first + rows)).unsqueeze(1) // (R, 1)
  const lengths = x.square().sum([1], { keepdim: true }) // (R, 1)
  const distances = partial.add(lengths).clampMin(0).sqrt() // (R, K)
  const scaled = distances.mul(info).div(-temperature) // (R, K)
  energy.set(scaled.logsumexp([1]).mul(-temperature).toArray() as Float32Array, first) // (R,)
}

function unit(x: Tensor): Tensor {
  return x.div(x.linalgVectorNorm({ dim: [1], keepdim: true }).clampMin(1e-12)) // (N, D)
}

function checkFinite(openness: Float32Array): void {
  const at = openness.findIndex((value) => !Number.isFinite(value))
  if (at >= 0)
    throw new DataError(`feature ${at}`, `expected finite numbers, its distance is ${openness[at]}; the model or the image is broken there`)
}
