import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTensors, tensor } from '@oltr/torch'
import { SeededRandom } from '@oltr/torch/data'
import { ConfigError } from '../../errors.ts'
import { explorationScores } from '../scores.ts'
import { energyClusterStrategy } from './energy-clusters.ts'
import { strategies, strategy } from './strategies.ts'
import type { Strategy } from './strategy.ts'

interface Pool {
  features: number[][]
  logits?: number[][]
  labelled?: number[][]
}

/** Runs a strategy on plain rows, and checks that no tensor stays. */
function choose(pick: Strategy, { features, logits, labelled }: Pool, budget: number, seed = 0): number[] {
  const before = liveTensors()
  using x = tensor(features)
  using outputs = tensor(logits ?? features)
  using known = labelled === undefined ? null : tensor(labelled)
  // The origin and 1 along the first axis.
  using centroids = tensor([0, 1].map((place) => features[0].map((_, axis) => (axis === 0 ? place : 0))))
  const scores = explorationScores(x, centroids)
  const held = liveTensors()
  const candidates = { features: x, logits: outputs, scores, scoreOptions: {}, centroids, labelled: known }
  const chosen = pick(candidates, budget, { seed })
  assert.equal(liveTensors(), held)
  assert.ok(before < held)
  return [...chosen]
}

function cloud(count: number, seed = 1): Pool {
  const random = new SeededRandom(seed)
  return {
    features: Array.from({ length: count }, () => [4 * random.uniform() - 2, 4 * random.uniform() - 2]),
  }
}

for (const [name, pick] of Object.entries(strategies)) {
  test(`${name} chooses as many images as wanted, each once`, () => {
    const pool = cloud(40)
    for (const budget of [0, 1, 7, 39, 40, 100]) {
      const chosen = choose(pick, pool, budget)
      assert.equal(chosen.length, Math.min(budget, 40))
      assert.equal(new Set(chosen).size, chosen.length)
      assert.ok(chosen.every((at) => at >= 0 && at < 40))
    }
    assert.deepEqual(choose(pick, cloud(1), 1), [0])
  })

  test(`${name} refuses a budget that is no whole number from 0`, () => {
    for (const budget of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => choose(pick, cloud(5), budget), { name: 'ConfigError', path: 'budget' })
  })

  test(`${name} chooses the same again`, () => {
    assert.deepEqual(choose(pick, cloud(60), 20, 4), choose(pick, cloud(60), 20, 4))
  })

  if (name !== 'random')
    test(`${name} takes images that are all the same in their order`, () => {
      const pool = { features: Array.from({ length: 12 }, () => [0.7, 0.3]) }
      assert.deepEqual(choose(pick, pool, 8), [0, 1, 2, 3, 4, 5, 6, 7])
    })

  if (name !== 'energy-clusters')
    test(`${name} begins a larger budget with the smaller one`, () => {
      const pool = cloud(50)
      assert.deepEqual(choose(pick, pool, 31).slice(0, 9), choose(pick, pool, 9))
    })
}

test('random draws depend on the seed and on nothing else', () => {
  assert.deepEqual(
    choose(strategies.random, cloud(30, 1), 10, 2),
    choose(strategies.random, cloud(30, 9), 10, 2),
  )
  assert.notDeepEqual(
    choose(strategies.random, cloud(30), 10, 2),
    choose(strategies.random, cloud(30), 10, 3),
  )
})

test('confidence, entropy and margin rank by the probabilities', () => {
  // Probabilities: sure; two-way doubt; spread over three; sure of another.
  const logits = [
    [9, 0, 0],
    [2, 2, -6],
    [0.3, 0, -0.2],
    [0, 0, 12],
  ]
  const pool = {
    features: [
      [1, 1],
      [1, 2],
      [1, 3],
      [1, 4],
    ],
    logits,
  }
  assert.deepEqual(choose(strategies['max-softmax'], pool, 4), [2, 1, 0, 3])
  assert.deepEqual(choose(strategies.entropy, pool, 4), [2, 1, 0, 3])
  assert.deepEqual(choose(strategies.margin, pool, 4), [1, 2, 0, 3])
})

test('a class that is ruled out leaves the entropy finite', () => {
  const logits = [
    [0, Number.NEGATIVE_INFINITY],
    [0, 0],
  ]
  assert.deepEqual(
    choose(
      strategies.entropy,
      {
        features: [
          [1, 1],
          [1, 2],
        ],
        logits,
      },
      2,
    ),
    [1, 0],
  )
})

test('a margin needs two classes', () => {
  assert.throws(() => choose(strategies.margin, { features: [[1, 1]], logits: [[1]] }, 1), ConfigError)
})

test('energy takes what is far from all classes, and between two, first', () => {
  // Against centroids 0 and 1 on a line: far between, far beside one, on a centroid.
  const pool = {
    features: [
      [0, 0],
      [0.5, 3],
      [0.1, 0],
      [0.5, 0.1],
    ],
  }
  assert.deepEqual(choose(strategies.energy, pool, 4), [1, 3, 2, 0])
})

test('k-center covers: each choice is the farthest from what is labelled and chosen', () => {
  const { features } = cloud(60)
  const labelled = [
    [0, 0],
    [1, 1],
  ]
  const chosen = choose(strategies['k-center'], { features, labelled }, 20)
  const centres = [...labelled]
  for (const at of chosen) {
    const gap = (row: number[]): number =>
      Math.min(...centres.map((centre) => Math.hypot(row[0] - centre[0], row[1] - centre[1])))
    const farthest = Math.max(...features.map(gap))
    assert.ok(gap(features[at]) > farthest - 1e-3)
    centres.push(features[at])
  }
})

test('k-center without labelled images begins at the one farthest from the mean', () => {
  const features = [
    [0, 0],
    [1, 0],
    [0, 1],
    [9, 9],
    [1, 1],
  ]
  assert.equal(choose(strategies['k-center'], { features }, 1)[0], 3)
  assert.deepEqual(choose(strategies['k-center'], { features, labelled: [[9, 9]] }, 1), [0])
})

test('k-center takes repeated images last, far from the origin too', () => {
  const features = [
    [100, 1],
    [100, 1],
    [101, 1],
    [100, 3],
    [101, 1],
  ]
  assert.deepEqual(choose(strategies['k-center'], { features }, 5).slice(3), [1, 4])
})

/** Three open classes in different directions, the first five times as energetic, and a known one. */
function threeClasses(): Pool & { classes: number[] } {
  const random = new SeededRandom(3)
  const directions = [
    [0.5, 10],
    [0.5, -2],
    [-2, -1],
    [0, 0.01],
  ]
  const classes = Array.from({ length: 200 }, (_, i) => i % 4)
  const features = classes.map((label) =>
    directions[label].map((value) => value * (1 + 0.2 * random.uniform()) + 0.1 * random.uniform()),
  )
  return { features, classes }
}

test('energy clusters see every energetic class, where energy alone sees one', () => {
  const pool = threeClasses()
  const classesOf = (chosen: number[]): number[] => [...new Set(chosen.map((at) => pool.classes[at]))].sort()
  assert.deepEqual(classesOf(choose(strategies.energy, pool, 12)), [0])
  assert.deepEqual(classesOf(choose(energyClusterStrategy({ poolShare: 0.6 }), pool, 6)), [0, 1, 2])
})

test('energy clusters take a near-duplicate only when nothing else is left', () => {
  const features = [
    [3, 1],
    [3, 1],
    [6, 2],
    [1, 3],
    [-2, 1],
    [-2, 1],
    [1, -3],
  ]
  const chosen = choose(energyClusterStrategy({ poolShare: 1 }), { features }, 7)
  // Of each group of copies the most energetic one, and the others at the end.
  assert.deepEqual(new Set(chosen.slice(0, 4)), new Set([2, 3, 4, 6]))
  assert.deepEqual(new Set(chosen.slice(4)), new Set([0, 1, 5]))
})

test('of a cluster, energy clusters take the middle and leave the outliers', () => {
  const random = new SeededRandom(8)
  const offsets = Array.from({ length: 40 }, (_, i) =>
    i === 17 ? [3, 3] : [random.uniform() - 0.5, random.uniform() - 0.5],
  )
  const features = offsets.map(([a, b]) => [9, 4 * a, 4 * b])
  const chosen = choose(
    energyClusterStrategy({ poolShare: 1, candidates: 40, perCluster: 5 }),
    { features },
    5,
  )
  for (const at of chosen) assert.ok(Math.hypot(...offsets[at]) < 0.35)
})

test('energy clusters refuse settings out of range', () => {
  for (const options of [
    { candidates: 0.5 },
    { poolShare: 0 },
    { poolShare: 1.1 },
    { perCluster: 0 },
    { perCluster: Number.NaN },
  ])
    assert.throws(() => energyClusterStrategy(options), ConfigError)
})

test('a strategy is found by its name, and an unknown name lists them', () => {
  assert.equal(strategy('energy'), strategies.energy)
  for (const name of ['nothing', 'toString'])
    assert.throws(() => strategy(name), /random, max-softmax, entropy, margin, k-center/)
})
