// The training step of ResNet-32 (batch 128, 2 threads) against Python PyTorch: three warm processes that take turns.

import { type Benchmark, type Line, type Options, quantity, skipped } from './benchmark.ts'
import type { Ready } from './resnet32-child.ts'
import { findPythonTorch, StepProcess } from './step-process.ts'

const THREADS = 2

async function run({ quick }: Options): Promise<Line[]> {
  const [rounds, steps, batch] = quick ? [2, 1, 8] : [11, 3, 128]
  const same = `ResNet-32 step, batch ${batch}, float32, contiguous as PyTorch has it`
  const usual = `ResNet-32 step, batch ${batch}, as a run does it by default`
  const targets = { same: 'at least 1.0 times PyTorch', usual: 'at least 1.5 times PyTorch in float32' }
  const python = findPythonTorch()
  if (python === null) {
    const why = 'no Python with PyTorch here (Debian: apt install python3-torch)'
    return [skipped(same, targets.same, why), skipped(usual, targets.usual, why)]
  }
  const start = (precision: string, format: string) =>
    StepProcess.start<Ready>(process.execPath, 'resnet32-child.ts', [precision, format, THREADS, batch])
  const peer = await StepProcess.start<{ version: string }>(python, 'python/resnet32_step.py', [
    THREADS,
    batch,
  ])
  const alike = await start('float32', 'contiguous_format')
  const product = await start('auto', 'channels_last')
  const processes = [peer.process, alike.process, product.process]
  const speeds: number[][] = [[], [], []]
  try {
    for (const each of processes) await each.ask({ steps: quick ? 1 : 3 })
    for (let round = 0; round < rounds; round++) {
      for (const [i, each] of processes.entries()) {
        const { seconds } = await each.ask<{ seconds: number }>({ steps })
        speeds[i]!.push((steps * batch) / seconds)
      }
    }
  } finally {
    for (const each of processes) await each.close()
  }
  const [peerSpeeds, alikeSpeeds, productSpeeds] = speeds as [number[], number[], number[]]
  const line = (
    what: string,
    ours: readonly number[],
    target: string,
    factor: number,
    remark: string,
  ): Line => {
    const ratio = quantity(
      ours.map((speed, i) => speed / peerSpeeds[i]!),
      'times',
    )
    return {
      what,
      ours: quantity(ours, 'img/s'),
      peer: quantity(peerSpeeds, 'img/s'),
      ratio,
      target,
      met: ratio.value >= factor,
      remark,
    }
  }
  const versions = `libtorch ${alike.ready.version}, Python PyTorch ${peer.ready.version}`
  const turns = `${rounds} turns of ${steps} steps, ${THREADS} threads; ${versions}`
  return [
    line(same, alikeSpeeds, targets.same, 1, turns),
    line(usual, productSpeeds, targets.usual, 1.5, `${choice(product.ready)}; channels-last`),
  ]
}

function choice({ precision, measured: { float32, bfloat16 } }: Ready): string {
  if (float32 === undefined || bfloat16 === undefined) {
    return `${precision}: the processor has no bfloat16 instructions`
  }
  return `${precision}: bfloat16 measured ${(float32 / bfloat16).toFixed(2)} times as fast as float32`
}

export const resnet32Step: Benchmark = { name: 'resnet32-step', run }
