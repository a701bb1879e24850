// Openness, informativeness and energy of pool images (Sec. 3.4, Eq. 7 to 9), from the distances between their features
// and the centroids of the visual memory. These come from ||x||^2 + ||c||^2 - 2 x c^T, a chunk of rows at a time, and the
// smallest ones once more from x - c, where that sum cancels: no (N, K) matrix of a whole pool, no (N, K, D) tensor.

import { noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { ConfigError, DataError } from '../errors.ts'
import { smallestColumns } from './smallest-columns.ts'

/** Which reading of Eq. 9: see `explorationScores`. */
export const READINGS = ['product', 'per-centroid', 'literal'] as const
export type EnergyReading = (typeof READINGS)[number]

/** `euclidean`: Eq. 7 as printed. `unit`: features and centroids at unit length, so that a feature's length says nothing. */
export const METRICS = ['euclidean', 'unit'] as const
export type Metric = (typeof METRICS)[number]

/** Values that fit into a core's second-level cache: 1 MiB of them. */
const CACHED = 2 ** 18

export interface ScoreOptions {
  /** Default `product`. */
  readonly reading?: EnergyReading
  /** T of Eq. 9, above 0; default 1. The ranking depends on it in the reading `per-centroid` alone. */
  readonly temperature?: number
  /** Default `euclidean`. */
  readonly metric?: Metric
  /** How many near classes to name, at most K; default 3. */
  readonly nearestCount?: number
  /** Rows compared with all centroids at once: bounds the memory, and changes nothing beyond rounding. */
  readonly chunkRows?: number
}

export interface ExplorationScores {
  /** U_open (Eq. 7), the distance to the nearest centroid, (N,). */
  readonly openness: Float32Array
  /** U_info (Eq. 8), nearest / second nearest distance, in [0, 1], (N,); 1 on a boundary between two classes. */
  readonly informativeness: Float32Array
  /** What selection ranks by (Eq. 9), high = open and informative, (N,). */
  readonly energy: Float32Array
  /** The classes of the `nearestCount` nearest centroids, nearest first, flat (N, nearestCount). */
  readonly nearest: Int32Array
  /** Their distances, flat (N, nearestCount). */
  readonly nearestDistances: Float32Array
  readonly nearestCount: number
}

/**
 * Scores of features x (N, D) against centroids (K, D). Of classes that are equally near the lower label comes first.
 *
 * The readings of Eq. 9, E = -T log sum_i exp(U_open U_info / T):
 * Deviation: its exponent does not depend on i, so as printed E is a constant minus the product, and the highest E the
 * least open image, against the prose. `product` (default) is U_open U_info, the same ranking with the sign of the prose;
 * `per-centroid` is -T log sum_i exp(-d_i U_info / T), where T matters; `literal` is the print, -T log K - U_open U_info.
 *
 * Throws ConfigError for fewer than two classes and for options that cannot be, DataError naming the first image whose
 * feature is not finite.
 */
export function explorationScores(
  x: Tensor,
  centroids: Tensor,
  options: ScoreOptions = {},
): ExplorationScores {
  if (x.shape.length !== 2 || x.shape[1] !== centroids.shape[1])
    throw new ConfigError('features', x.shape, `expected a shape of N, ${centroids.shape[1]}`)
  const count = x.shape[0]
  return collect(centroids, options, function* (score, rows) {
    for (let first = 0; first < count; first += rows)
      yield scope(() => score(x.narrow(0, first, Math.min(rows, count - first)), first))
  })
}

/**
 * The same of features that come in chunks, each flat (n, D) with any n, such as pieces of a file. A chunk may be
 * overwritten as soon as the next one is asked for.
 */
export function explorationScoresOfChunks(
  chunks: Iterable<Float32Array>,
  centroids: Tensor,
  options: ScoreOptions = {},
): ExplorationScores {
  const width = centroids.shape[1]
  return collect(centroids, options, function* (score, rows) {
    let first = 0
    for (const chunk of chunks) {
      if (chunk.length % width !== 0)
        throw new ConfigError('chunk', chunk.length, `expected a multiple of ${width} values`)
      for (let at = 0; at < chunk.length; at += rows * width) {
        const part = chunk.subarray(at, at + rows * width)
        const shape = [part.length / width, width]
        yield scope(() => score(tensor(part, { shape, device: centroids.device }), first))
        first += shape[0]
      }
    }
  })
}

/** The scores of rows x (n, D), the first of which is row `first` of all. */
type Score = (x: Tensor, first: number) => ExplorationScores

function collect(
  centroids: Tensor,
  options: ScoreOptions,
  parts: (score: Score, rows: number) => Iterable<ExplorationScores>,
): ExplorationScores {
  const settings = checked(centroids, options)
  const scored = noGrad(() => scope(() => [...parts(scorer(centroids, settings), settings.chunkRows)]))
  return {
    openness: joined(Float32Array, scored, (part) => part.openness),
    informativeness: joined(Float32Array, scored, (part) => part.informativeness),
    energy: joined(Float32Array, scored, (part) => part.energy),
    nearest: joined(Int32Array, scored, (part) => part.nearest),
    nearestDistances: joined(Float32Array, scored, (part) => part.nearestDistances),
    nearestCount: settings.nearestCount,
  }
}

function checked(centroids: Tensor, options: ScoreOptions): Required<ScoreOptions> {
  const { reading = 'product', temperature = 1, metric = 'euclidean', nearestCount = 3 } = options
  const classes = centroids.shape[0]
  // 16 MiB of distances at most.
  const { chunkRows = Math.max(32, Math.min(4096, Math.floor(2 ** 22 / Math.max(1, classes)))) } = options
  if (classes < 2)
    throw new ConfigError('classes', classes, 'expected at least 2: informativeness compares the two nearest')
  if (!READINGS.includes(reading))
    throw new ConfigError('reading', reading, `expected one of ${READINGS.join(', ')}`)
  if (!METRICS.includes(metric))
    throw new ConfigError('metric', metric, `expected one of ${METRICS.join(', ')}`)
  if (!(temperature > 0 && Number.isFinite(temperature)))
    throw new ConfigError('temperature', temperature, 'expected a number above 0')
  for (const [name, value] of Object.entries({ nearestCount, chunkRows }))
    if (!Number.isInteger(value) || value < 1)
      throw new ConfigError(name, value, 'expected a whole number from 1')
  if (!scope(() => centroids.isfinite().all().item()))
    throw new DataError('centroids', 'expected finite numbers; compute the visual memory again')
  return { reading, temperature, metric, chunkRows, nearestCount: Math.min(nearestCount, classes) }
}

function scorer(memory: Tensor, settings: Required<ScoreOptions>): Score {
  const { nearestCount, metric, reading, temperature } = settings
  const scaled = (x: Tensor): Tensor => (metric === 'unit' ? atUnitLength(x) : x.to({ dtype: 'float32' }))
  const centroids = scaled(memory.detach()) // (K, D)
  const classes = centroids.shape[0]
  // Distances do not see a shift of both sides, and the numbers that cancel become small.
  const middle = centroids.mean([0]) // (D,)
  const shifted = centroids.sub(middle) // (K, D)
  const squares = shifted.square().sum([1]) // (K,)
  const compared = Math.max(2, nearestCount)
  return (given, first) => {
    const x = scaled(given) // (n, D)
    const around = x.sub(middle) // (n, D)
    const partial = ops.addmm(squares, around, shifted.t(), { alpha: -2 }) // (n, K): ||x - c||^2 - ||x||^2
    const index = smallestColumns(partial, compared) // (n, compared)
    const exact = distancesTo(centroids, x, index) // (n, compared)
    const distances = exact.toArray() as Float32Array
    requireFinite(distances, compared, given, first)
    const scores = ranked(
      distances,
      index.to({ dtype: 'int32' }).toArray() as Int32Array,
      compared,
      nearestCount,
    )
    if (reading === 'per-centroid') {
      const lengths = around.square().sum([1], { keepdim: true }) // (n, 1)
      const all = partial.add_(lengths).clampMin_(0).sqrt_().scatter_(1, index, exact) // (n, K)
      scores.energy.set(softMinimum(all, scores.informativeness, temperature))
    } else if (reading === 'literal') {
      const constant = temperature * Math.log(classes)
      for (let i = 0; i < scores.energy.length; i++) scores.energy[i] = -constant - scores.energy[i]
    }
    return scores
  }
}

/** Distances from each row of x (n, D) to its own m of the centroids (K, D), whose rows `index` (n, m) names: (n, m). */
function distancesTo(centroids: Tensor, x: Tensor, index: Tensor): Tensor {
  const [count, near] = index.shape
  const dimension = x.shape[1]
  // Few rows at a time: the differences pass through the processor's cache alone.
  const rows = Math.max(1, Math.floor(CACHED / (near * dimension)))
  const parts: Tensor[] = []
  for (let first = 0; first < count; first += rows) {
    const length = Math.min(rows, count - first)
    parts.push(
      scope(() => {
        const of = index.narrow(0, first, length).reshape([-1]) // (r m,)
        const chosen = centroids.indexSelect(0, of).view([length, near, dimension]) // (r, m, D)
        return chosen.sub_(x.narrow(0, first, length).unsqueeze(1)).linalgVectorNorm({ dim: [2] }) // (r, m)
      }),
    )
  }
  return ops.cat(parts) // (n, m)
}

/** x / ||x||. A row of zeros stays one; one too long for float32 becomes NaN, which is refused later. */
function atUnitLength(x: Tensor): Tensor {
  const wide = x.to({ dtype: 'float32' }) // (n, D)
  const lengths = wide.linalgVectorNorm({ dim: [1], keepdim: true }).clampMin(1e-12) // (n, 1)
  return wide.div(lengths.mul(lengths.div(lengths))) // (n, D)
}

/** -T log sum_i exp(-d_i U_info / T) for distances (n, K), which are overwritten; (n,). */
function softMinimum(distances: Tensor, informativeness: Float32Array, temperature: number): Float32Array {
  const rates = tensor(informativeness, { device: distances.device }).div_(-temperature).unsqueeze(1) // (n, 1)
  return distances.mul_(rates).logsumexp(1).mul_(-temperature).toArray() as Float32Array // (n,)
}

/** The scores of 'product' from each row's smallest distances and their classes, flat (n, compared), sorted in place. */
function ranked(
  distances: Float32Array,
  classes: Int32Array,
  compared: number,
  kept: number,
): ExplorationScores {
  const count = distances.length / compared
  const [openness, informativeness] = [new Float32Array(count), new Float32Array(count)]
  const energy = new Float32Array(count)
  const [nearest, nearestDistances] = [new Int32Array(count * kept), new Float32Array(count * kept)]
  for (let row = 0; row < count; row++) {
    const start = row * compared
    // The cheap distances may have ordered two near-equal ones wrongly; the exact ones decide.
    for (let i = start + 1; i < start + compared; i++) {
      const [distance, label] = [distances[i], classes[i]]
      let at = i
      for (; at > start; at--) {
        const before = distances[at - 1]
        if (before < distance || (before === distance && classes[at - 1] < label)) break
        distances[at] = before
        classes[at] = classes[at - 1]
      }
      distances[at] = distance
      classes[at] = label
    }
    openness[row] = distances[start]
    informativeness[row] = distances[start + 1] === 0 ? 1 : distances[start] / distances[start + 1]
    energy[row] = openness[row] * informativeness[row]
    for (let place = 0; place < kept; place++) {
      nearest[row * kept + place] = classes[start + place]
      nearestDistances[row * kept + place] = distances[start + place]
    }
  }
  return { openness, informativeness, energy, nearest, nearestDistances, nearestCount: kept }
}

/** A distance is finite unless its feature is not, or is too far out for its square. */
function requireFinite(distances: Float32Array, compared: number, x: Tensor, first: number): void {
  let at = 0
  while (at < distances.length && distances[at] - distances[at] === 0) at++
  if (at === distances.length) return
  const row = Math.floor(at / compared)
  const values = Array.from(scope(() => x.select(0, row).to({ dtype: 'float32' }).toArray() as Float32Array))
  const found = values.find((value) => !Number.isFinite(value)) ?? Math.max(...values.map(Math.abs))
  throw new DataError(
    `feature ${first + row}`,
    `expected finite numbers up to 1e18, got ${found}; extract this image again, or leave it out`,
  )
}

function joined<A extends Float32Array | Int32Array>(
  Kind: new (length: number) => A,
  parts: readonly ExplorationScores[],
  field: (part: ExplorationScores) => A,
): A {
  const whole = new Kind(parts.reduce((length, part) => length + field(part).length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(field(part), at)
    at += field(part).length
  }
  return whole
}
