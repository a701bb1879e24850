// The training step of ResNet-32 (batch 128, 2 threads) against Python PyTorch: four warm processes that take turns, a
// step each, so that a machine whose speed swings swings for all of them.

import { type Benchmark, type Line, type Options, quantity, skipped } from './benchmark.ts'
import type { Ready } from './resnet32-child.ts'
import { findPythonTorch, StepProcess } from './step-process.ts'

const THREADS = 2

async function run({ quick }: Options): Promise<Line[]> {
  const [rounds, batch] = quick ? [2, 8] : [31, 128]
  const step = `ResNet-32 step, batch ${batch}`
  const lines = [
    {
      what: `${step}, float32`,
      precision: 'float32',
      format: 'channels_last',
      factor: 1,
      target: 'at least 1.0 times PyTorch',
    },
    // The kernels are the same on both sides: what is measured is the bridge, which may cost a twentieth at most.
    {
      what: `${step}, float32, contiguous as PyTorch has it: the same kernels`,
      precision: 'float32',
      format: 'contiguous_format',
      factor: 0.95,
      target: 'at least 0.95 times PyTorch',
    },
    {
      what: `${step}, as a run does it by default`,
      precision: 'auto',
      format: 'channels_last',
      factor: 1.5,
      target: 'at least 1.5 times PyTorch in float32',
    },
  ]
  const python = findPythonTorch()
  if (python === null) {
    const why = 'no Python with PyTorch here (Debian: apt install python3-torch)'
    return lines.map(({ what, target }) => skipped(what, target, why))
  }
  const start = (precision: string, format: string) =>
    StepProcess.start<Ready>(process.execPath, 'resnet32-child.ts', [precision, format, THREADS, batch])
  const peer = await StepProcess.start<{ version: string }>(python, 'python/resnet32_step.py', [
    THREADS,
    batch,
  ])
  const ours: { readonly process: StepProcess; readonly ready: Ready }[] = []
  for (const { precision, format } of lines) ours.push(await start(precision, format))
  const processes = [peer, ...ours].map(({ process }) => process)
  const speeds: number[][] = processes.map(() => [])
  try {
    for (const each of processes) await each.ask({ steps: quick ? 1 : 3 })
    for (let round = 0; round < rounds; round++) {
      for (const [i, each] of processes.entries()) {
        const { seconds } = await each.ask<{ seconds: number }>({ steps: 1 })
        speeds[i]!.push(batch / seconds)
      }
    }
  } finally {
    for (const each of processes) await each.close()
  }
  const peerSpeeds = speeds[0]!
  const versions = `libtorch ${ours[0]!.ready.version}, Python PyTorch ${peer.ready.version}`
  return lines.map(({ what, precision, format, factor, target }, i) => {
    const own = speeds[i + 1]!
    const ratio = quantity(
      own.map((speed, round) => speed / peerSpeeds[round]!),
      'times',
    )
    const remarks = [
      precision === 'auto' ? choice(ours[i]!.ready) : `${rounds} turns, ${THREADS} threads; ${versions}`,
      ...(format === 'channels_last' ? ['channels-last, as a run has it'] : []),
    ]
    return {
      what,
      ours: quantity(own, 'img/s'),
      peer: quantity(peerSpeeds, 'img/s'),
      ratio,
      target,
      met: ratio.value >= factor,
      remark: remarks.join('; '),
    }
  })
}

function choice({ precision, measured: { float32, bfloat16 } }: Ready): string {
  if (float32 === undefined || bfloat16 === undefined) {
    return `${precision}: the processor has no bfloat16 instructions`
  }
  return `${precision}: bfloat16 measured ${(float32 / bfloat16).toFixed(2)} times as fast as float32`
}

export const resnet32Step: Benchmark = { name: 'resnet32-step', run }
