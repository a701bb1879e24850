// What training keeps: nothing that grows over a thousand steps. And what a step needs at its peak, against Python PyTorch.

import { type Benchmark, type Line, type Options, skipped } from './benchmark.ts'
import type { ProcessMemory } from './process-memory.ts'
import { findPythonTorch, runProgram, StepProcess } from './step-process.ts'
import type { Standing } from './thousand-steps.ts'

const GROWTH = 0.05
const FACTOR = 1.2

async function run(options: Options): Promise<Line[]> {
  return [...(await thousandSteps(options)), await peakOfStep(options)]
}

async function thousandSteps({ quick }: Options): Promise<Line[]> {
  const steps = quick ? 32 : 1024
  const [early, late] = await runProgram<[Standing, Standing]>('thousand-steps.ts', [steps])
  const growth = late.bytes / early.bytes - 1
  const remark = `stage-2 steps with the loader; before: after a tenth of them`
  return [
    {
      what: `live tensors after ${steps} training steps`,
      ours: { value: late.tensors, unit: 'tensors' },
      peer: { value: early.tensors, unit: 'before' },
      ratio: { value: late.tensors - early.tensors, unit: 'more' },
      target: 'unchanged',
      met: late.tensors === early.tensors,
      remark,
    },
    {
      what: `resident memory after ${steps} training steps`,
      ours: { value: late.bytes / 2 ** 20, unit: 'MiB' },
      peer: { value: early.bytes / 2 ** 20, unit: 'MiB before' },
      ratio: { value: growth, unit: 'growth' },
      target: `within ${GROWTH}`,
      met: Math.abs(growth) <= GROWTH,
      remark,
    },
  ]
}

async function peakOfStep({ quick }: Options): Promise<Line> {
  const [steps, batch] = quick ? [2, 8] : [8, 128]
  const what = `memory of a ResNet-32 step at its peak, batch ${batch}, float32`
  const target = `at most ${FACTOR} times PyTorch`
  const python = findPythonTorch()
  if (python === null) {
    return skipped(what, target, 'no Python with PyTorch here (Debian: apt install python3-torch)')
  }
  const ours = await addedBySteps(
    process.execPath,
    'resnet32-child.ts',
    ['float32', 'channels_last', 2, batch],
    steps,
  )
  const peer = await addedBySteps(python, 'python/resnet32_step.py', [2, batch], steps)
  return {
    what,
    ours: { value: ours / 2 ** 20, unit: 'MiB' },
    peer: { value: peer / 2 ** 20, unit: 'MiB' },
    ratio: { value: ours / peer, unit: 'times' },
    target,
    met: ours <= FACTOR * peer,
    remark: `growth of the process from before its first step (library loaded, model and batch made) to the peak of ${steps} steps`,
  }
}

async function addedBySteps(
  command: string,
  program: string,
  args: readonly (string | number)[],
  steps: number,
): Promise<number> {
  const { process: child } = await StepProcess.start(command, program, args)
  try {
    const before = await child.ask<ProcessMemory>({ memory: true })
    await child.ask({ steps })
    return (await child.ask<ProcessMemory>({ memory: true })).peak - before.resident
  } finally {
    await child.close()
  }
}

export const memory: Benchmark = { name: 'memory', run }
