import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTensors, type Tensor, tensor } from '@oltr/torch'
import { SeededRandom } from '@oltr/torch/data'
import fc from 'fast-check'
import { ConfigError, DataError } from '../errors.ts'
import {
  type ExplorationScores,
  explorationScores,
  explorationScoresOfChunks,
  METRICS,
  READINGS,
  type ScoreOptions,
} from './scores.ts'

type Rows = readonly (readonly number[])[]

/** Runs on plain rows, and checks that no tensor stays. */
function scores(x: Rows, centroids: Rows, options: ScoreOptions = {}): ExplorationScores {
  using features = rowsOf(x, centroids[0].length)
  using memory = rowsOf(centroids, centroids[0].length)
  const before = liveTensors()
  try {
    return explorationScores(features, memory, options)
  } finally {
    assert.equal(liveTensors(), before)
  }
}

function rowsOf(rows: Rows, width: number): Tensor {
  return tensor(Float32Array.from(rows.flat()), { shape: [rows.length, width] })
}

/** The formulas in float64, with nothing clever. */
function reference(x: Rows, centroids: Rows, { reading, temperature = 1, metric }: ScoreOptions) {
  const scaled = (row: readonly number[]): readonly number[] => {
    const length = Math.hypot(...row)
    return metric === 'unit' && length > 0 ? row.map((value) => value / length) : row
  }
  return x.map((row) => {
    const distances = centroids.map((centroid) => {
      const [a, b] = [scaled(row), scaled(centroid)]
      return Math.hypot(...a.map((value, i) => value - b[i]))
    })
    const order = [...distances.keys()].sort((a, b) => distances[a] - distances[b] || a - b)
    const [d1, d2] = [distances[order[0]], distances[order[1]]]
    const info = d2 === 0 ? 1 : d1 / d2
    const sum = distances.reduce(
      (total, distance) => total + Math.exp((-distance * info + d1 * info) / temperature),
      0,
    )
    const energy = {
      product: d1 * info,
      'per-centroid': d1 * info - temperature * Math.log(sum),
      literal: -temperature * Math.log(centroids.length) - d1 * info,
    }[reading ?? 'product']
    return { d1, info, energy, distances, order }
  })
}

function close(actual: number, expected: number, scale: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= 2e-5 * (scale + Math.abs(expected)),
    `${what}: ${actual}, not ${expected}`,
  )
}

const value = fc.integer({ min: -64, max: 64 }).map((whole) => whole / 16)
const world = fc
  .record({
    dimension: fc.integer({ min: 1, max: 5 }),
    classes: fc.integer({ min: 2, max: 6 }),
    images: fc.integer({ min: 1, max: 7 }),
  })
  .chain(({ dimension, classes, images }) => {
    const rows = (length: number) =>
      fc.array(fc.array(value, { minLength: dimension, maxLength: dimension }), {
        minLength: length,
        maxLength: length,
      })
    return fc.record({
      x: rows(images),
      centroids: rows(classes),
      options: fc.record({
        reading: fc.constantFrom(...READINGS),
        metric: fc.constantFrom(...METRICS),
        temperature: fc.constantFrom(0.1, 1, 10),
        nearestCount: fc.integer({ min: 1, max: 8 }),
        chunkRows: fc.integer({ min: 1, max: 8 }),
      }),
    })
  })

test('scores are those of the formulas in float64, whatever the reading, the metric and the chunks', () => {
  fc.assert(
    fc.property(world, ({ x, centroids, options }) => {
      const found = scores(x, centroids, options)
      assert.equal(found.nearestCount, Math.min(options.nearestCount, centroids.length))
      reference(x, centroids, options).forEach(({ d1, info, energy, distances, order }, row) => {
        close(found.openness[row], d1, 1, 'openness')
        close(found.energy[row], energy, 5 + options.temperature, 'energy')
        // Of two distances near 0 the ratio means nothing beyond rounding.
        if (distances[order[1]] > 0.01) close(found.informativeness[row], info, 2, 'informativeness')
        for (let k = 0; k < found.nearestCount; k++) {
          const place = row * found.nearestCount + k
          close(found.nearestDistances[place], distances[order[k]], 1, 'distance')
          close(distances[found.nearest[place]], distances[order[k]], 1, 'class')
        }
      })
    }),
    { numRuns: 200 },
  )
})

test('the product needs no temperature, and the literal reading turns its ranking round', () => {
  const x = [[0.5], [1.5], [4], [-7]]
  const centroids = [[0], [2], [3]]
  const [cold, warm] = [0.1, 10].map((temperature) => scores(x, centroids, { temperature }).energy)
  assert.deepEqual(cold, warm)
  const literal = scores(x, centroids, { reading: 'literal' }).energy
  literal.forEach((energy, i) => {
    close(energy, -Math.log(3) - cold[i], 1, 'energy')
  })
})

test('per centroid, a falling temperature leads to the product', () => {
  const x = [
    [0.5, 1],
    [1.5, -1],
    [4, 0],
  ]
  const centroids = [
    [0, 0],
    [2, 0],
    [3, 3],
  ]
  const product = scores(x, centroids).energy
  const cold = scores(x, centroids, { reading: 'per-centroid', temperature: 1e-4 }).energy
  cold.forEach((energy, i) => {
    assert.ok(Math.abs(energy - product[i]) < 1e-3)
  })
})

test('at the same distance the lower class comes first, and on two centroids at once an image is informative', () => {
  const found = scores(
    [
      [0, 0],
      [1, 0],
    ],
    [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
      [1, 0],
    ],
    { nearestCount: 4 },
  )
  assert.deepEqual([...found.nearest], [0, 1, 2, 3, 0, 4, 2, 3])
  assert.deepEqual([...found.informativeness], [1, 1])
  assert.deepEqual([...found.energy], [1, 0])
})

test('a far common offset takes no digit from the distances', () => {
  const offset = 1000
  const found = scores(
    [[offset + 0.25, offset]],
    [
      [offset, offset],
      [offset + 1, offset],
    ],
  )
  assert.equal(found.openness[0], 0.25)
  close(found.informativeness[0], 1 / 3, 0, 'informativeness')
  assert.deepEqual([...found.nearest], [0, 1])
})

test('the length of a feature counts in euclidean distances and not in the unit metric', () => {
  const centroids = [
    [1, 0],
    [0, 1],
  ]
  const [short, long] = [[[1, 0.5]], [[10, 5]]].map((x) => scores(x, centroids, { metric: 'unit' }))
  close(short.energy[0], long.energy[0], 0, 'energy')
  assert.ok(scores([[10, 5]], centroids).energy[0] > 5 * scores([[1, 0.5]], centroids).energy[0])
  assert.ok(Number.isFinite(scores([[0, 0]], centroids, { metric: 'unit' }).energy[0]))
})

test('the default chunks give what one chunk gives, also past their end', () => {
  const random = new SeededRandom(1)
  const rows = (count: number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length: 3 }, () => random.uniform()))
  const [x, centroids] = [rows(4100), rows(4)]
  const [whole, parts] = [scores(x, centroids, { chunkRows: 5000 }), scores(x, centroids)]
  assert.deepEqual(whole.nearest, parts.nearest)
  whole.energy.forEach((energy, i) => {
    close(parts.energy[i], energy, 1, 'energy')
  })
})

test('no images have no scores', () => {
  const found = scores(
    [],
    [
      [0, 1],
      [1, 0],
    ],
  )
  assert.deepEqual([found.energy.length, found.nearest.length, found.nearestCount], [0, 0, 2])
})

test('an image that is not finite is named, and so is a class', () => {
  const x = [
    [0, 0],
    [1, 1],
    [Number.NaN, 0],
    [0, Number.POSITIVE_INFINITY],
  ]
  for (const metric of METRICS)
    assert.throws(
      () =>
        scores(
          x,
          [
            [0, 1],
            [1, 0],
          ],
          { metric, chunkRows: 2 },
        ),
      { name: 'DataError', file: 'feature 2' },
    )
  assert.throws(
    () =>
      scores(
        [[0, 0]],
        [
          [0, 1],
          [Number.NaN, 0],
        ],
      ),
    DataError,
  )
})

test('one class, another dimension and settings out of range are refused', () => {
  assert.throws(() => scores([[1]], [[0]]), /at least 2: informativeness compares the two nearest/)
  assert.throws(() => {
    using x = tensor([[1, 2, 3]])
    using centroids = tensor([
      [1, 2],
      [3, 4],
    ])
    explorationScores(x, centroids)
  }, ConfigError)
  const wrong = [
    { temperature: 0 },
    { temperature: Number.NaN },
    { nearestCount: 0 },
    { nearestCount: 2.5 },
    { chunkRows: 0 },
    { reading: 'other' as 'product' },
    { metric: 'other' as 'unit' },
  ]
  for (const options of wrong) assert.throws(() => scores([[1]], [[0], [1]], options), ConfigError)
})

test('features that come in chunks of any size have the scores of the whole', () => {
  const random = new SeededRandom(2)
  const values = Float32Array.from({ length: 3 * 40 }, () => random.uniform())
  using x = tensor(values, { shape: [40, 3] })
  using centroids = tensor([
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ])
  const chunks = [values.subarray(0, 3), values.subarray(3, 63), new Float32Array(0), values.subarray(63)]
  const [parts, whole] = [
    explorationScoresOfChunks(chunks, centroids, { chunkRows: 7 }),
    explorationScores(x, centroids),
  ]
  assert.deepEqual(parts.nearest, whole.nearest)
  parts.energy.forEach((energy, i) => {
    close(energy, whole.energy[i], 1, 'energy')
  })
  values[3 * 25 + 1] = Number.NaN
  assert.throws(() => explorationScoresOfChunks(chunks, centroids), { name: 'DataError', file: 'feature 25' })
  assert.throws(() => explorationScoresOfChunks([values.subarray(1)], centroids), ConfigError)
})
