// The stage-2 head, forward and backward, against its literal formulation on the same library; and that no tensor of
// size B x K x D is ever made, at the number of classes of iNaturalist 2018 too.

import { manualSeed, scope, setThreads, type Tensor } from '@oltr/torch'
import { type Benchmark, type Line, type Options, quantity, seconds } from './benchmark.ts'
import { createHead, type Head, headStep, literalLogits, ourLogits } from './head-model.ts'
import { runProgram } from './step-process.ts'

const FACTOR = 4
/** The head may need this share of a (B, K, D) tensor: some (B, K) and (K, D) ones. */
const SHARE = 0.25

async function run(options: Options): Promise<Line[]> {
  const [batch, classes, many, dimension] = options.quick ? [32, 200, 400, 64] : [128, 1000, 8142, 512]
  return [
    speed(batch, classes, dimension, options),
    await memory(batch, classes, dimension),
    await memory(batch, many, dimension),
  ]
}

function speed(batch: number, classes: number, dimension: number, { quick }: Options): Line {
  setThreads(2)
  manualSeed(0)
  const head = createHead(batch, classes, dimension)
  requireEqual(head)
  const rounds = quick ? 3 : 15
  const [ours, literal]: [number[], number[]] = [[], []]
  for (let round = -1; round < rounds; round++) {
    const [first, second] = [
      seconds(() => headStep(head, ourLogits)),
      seconds(() => headStep(head, literalLogits)),
    ]
    if (round < 0) continue // the first turn warms up
    ours.push(first * 1000)
    literal.push(second * 1000)
  }
  const ratio = quantity(
    ours.map((time, i) => literal[i]! / time),
    'times',
  )
  return {
    what: `stage-2 head forward and backward, B = ${batch}, K = ${classes}, D = ${dimension}`,
    ours: quantity(ours, 'ms'),
    peer: quantity(literal, 'ms'),
    ratio,
    target: `at least ${FACTOR} times the literal formulation`,
    met: ratio.value >= FACTOR,
    remark: `peer: the same head with expand, norm and sort; ${rounds} turns`,
  }
}

/** Two programs are compared for speed only when they compute the same. Throws Error when they do not. */
function requireEqual(head: Head): void {
  const difference = scope(() => ourLogits(head).sub(literalLogits(head)).abs().max() as Tensor).item()
  if (!(difference < 1e-3)) throw new Error(`the two heads differ by ${difference}`)
}

async function memory(batch: number, classes: number, dimension: number): Promise<Line> {
  const { added, seconds: taken } = await runProgram<{ added: number; seconds: number }>('head-memory.ts', [
    batch,
    classes,
    dimension,
  ])
  const forbidden = batch * classes * dimension * 4
  return {
    what: `memory of the head at its peak, B = ${batch}, K = ${classes}, D = ${dimension}`,
    ours: { value: added / 2 ** 20, unit: 'MiB' },
    peer: { value: forbidden / 2 ** 20, unit: 'MiB' },
    ratio: { value: added / forbidden, unit: 'of it' },
    target: `at most ${SHARE} of a B x K x D tensor`,
    met: added <= SHARE * forbidden,
    remark: `peer: one B x K x D tensor; growth of the process in forward and backward, which takes ${(taken * 1000).toFixed(0)} ms`,
  }
}

export const head: Benchmark = { name: 'head', run }
