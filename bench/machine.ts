// What the numbers were measured on.

import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { libraryInfo } from '@oltr/torch'
import { bfloat16Instructions } from 'oltr'

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly vectors: string
  readonly bfloat16: readonly string[]
  readonly libtorch: string
  readonly blas: string
  readonly node: string
  readonly system: string
  readonly commit: string
  readonly date: string
}

export function describeMachine(): Machine {
  const { version, blas, blasKernels, cpuCapability } = libraryInfo()
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    vectors: cpuCapability,
    bfloat16: bfloat16Instructions(),
    libtorch: version,
    blas: blasKernels === null ? blas : `${blas}, OpenBLAS ${blasKernels}`,
    node: process.version,
    system: `${process.platform} ${release()}, ${process.arch}`,
    commit: commit(),
    date: new Date().toISOString().slice(0, 10),
  }
}

/** The checked-out commit; a `+` says that files have changed since. */
function commit(): string {
  const git = (...args: string[]): string => spawnSync('git', args, { encoding: 'utf8' }).stdout?.trim() ?? ''
  const hash = git('rev-parse', '--short', 'HEAD')
  if (hash === '') return 'unknown'
  return git('status', '--porcelain', '--untracked-files=no') === '' ? hash : `${hash}+`
}
