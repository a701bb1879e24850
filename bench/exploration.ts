// Exploration at the size of a real pool: scoring against the library's own matrix product, the memory of a million
// images, and the choice of a batch with clustering.

import { manualSeed, ops, scope, setThreads, type Tensor } from '@oltr/torch'
import { explorationScores, parseUpdateConfig, strategy, updateModel } from 'oltr'
import { type Benchmark, type Line, type Options, quantity, seconds } from './benchmark.ts'
import { selectionPool } from './exploration-pool.ts'
import { createHead } from './head-model.ts'
import { runProgram } from './step-process.ts'

/** Scoring reaches this share of the rate of one product of the same features and centroids. */
const SHARE = 0.7
const MEMORY = 2 ** 30
const SECONDS = 30
const UPDATE_SECONDS = 5

async function run(options: Options): Promise<Line[]> {
  const [images, classes, dimension] = options.quick ? [2048, 100, 64] : [16_384, 1000, 512]
  return [
    speed(images, classes, dimension, options),
    await memory(options.quick ? 20_000 : 1_000_000, classes, dimension),
    selection(options.quick ? [100, 2000] : [1000, 100_000], dimension),
    update(classes, dimension),
  ]
}

function speed(images: number, classes: number, dimension: number, { quick }: Options): Line {
  setThreads(2)
  manualSeed(0)
  const rounds = quick ? 3 : 15
  const [ours, product]: [number[], number[]] = [[], []]
  scope(() => {
    const [x, centroids] = [ops.randn([images, dimension]), ops.randn([classes, dimension])] // (N, D), (K, D)
    for (let round = -1; round < rounds; round++) {
      const first = seconds(() => void explorationScores(x, centroids))
      const second = seconds(() => scope(() => void x.matmul(centroids.t())))
      if (round < 0) continue // the first turn warms up
      ours.push(first * 1000)
      product.push(second * 1000)
    }
  })
  const ratio = quantity(
    ours.map((time, i) => product[i]! / time),
    'of its rate',
  )
  return {
    what: `scores of ${images} images, K = ${classes}, D = ${dimension}`,
    ours: quantity(ours, 'ms'),
    peer: quantity(product, 'ms'),
    ratio,
    target: `at least ${SHARE} of the rate of the matrix product`,
    met: ratio.value >= SHARE,
    remark: `peer: one product of features and centroids by the library; ${rounds} turns`,
  }
}

async function memory(images: number, classes: number, dimension: number): Promise<Line> {
  const { peak, seconds: taken } = await runProgram<{ peak: number; seconds: number }>(
    'exploration-memory.ts',
    [images, classes, dimension],
  )
  return {
    what: `memory of scoring ${images} images, K = ${classes}, D = ${dimension}`,
    ours: { value: peak / 2 ** 20, unit: 'MiB' },
    peer: { value: (images * dimension * 4) / 2 ** 20, unit: 'MiB' },
    ratio: { value: peak / (images * dimension * 4), unit: 'of it' },
    target: 'at most 1024 MiB resident',
    met: peak <= MEMORY,
    remark: `peer: the features alone; the whole process at its peak; ${taken.toFixed(0)} s, drawing the features included`,
  }
}

function selection([budget, images]: readonly [number, number], dimension: number): Line {
  setThreads(2)
  const taken = scope(() => {
    const { features, scores, centroids } = selectionPool(images, dimension)
    return seconds(() => {
      const candidates = {
        features,
        logits: features as Tensor,
        scores,
        scoreOptions: {},
        centroids,
        labelled: null,
      }
      const chosen = strategy('energy-clusters')(candidates, budget, { seed: 0 })
      if (new Set(chosen).size !== budget)
        throw new Error(`${new Set(chosen).size} images instead of ${budget}`)
    })
  })
  return {
    what: `choice of ${budget} from ${images} images by energy-clusters, D = ${dimension}`,
    ours: { value: taken, unit: 's' },
    peer: null,
    ratio: null,
    target: `under ${SECONDS} s`,
    met: taken < SECONDS,
    remark: 'the images lie in 500 groups; once',
  }
}

/** 100 answers for 20 new classes into a model of K classes. */
function update(classes: number, dimension: number): Line {
  setThreads(2)
  manualSeed(0)
  const [answers, added] = [100, 20]
  const { model, direct } = createHead(answers, classes, dimension)
  model.eval()
  const annotated = {
    features: direct.toArray() as Float32Array,
    labels: Int32Array.from({ length: answers }, (_, at) => classes + (at % added)),
    energies: new Float32Array(answers).fill(1),
    newClasses: Array.from({ length: added }, (_, z) => `new ${z}`),
  }
  const counts = new Array<number>(classes).fill(100)
  const taken = seconds(() => updateModel(model, annotated, counts, parseUpdateConfig({})).dispose())
  model.dispose()
  return {
    what: `update with ${answers} answers for ${added} new classes, K = ${classes}, D = ${dimension}`,
    ours: { value: taken, unit: 's' },
    peer: null,
    ratio: null,
    target: `under ${UPDATE_SECONDS} s beyond reading the images`,
    met: taken < UPDATE_SECONDS,
    remark: 'hallucination, memory and refinement; once',
  }
}

export const exploration: Benchmark = { name: 'exploration', run }
