// What OpenBLAS and OpenMP read from the environment once, when they are loaded. Their own choices can make the head of
// stage 2 take five times as long: docs/results/library-settings.md.

import { describeProcessor, type Processor } from './processor.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** All that OpenBLAS's kernels for Skylake-X ask of a processor, and those for Haswell and Zen. */
const AVX512 = ['avx512f', 'avx512dq', 'avx512cd', 'avx512bw', 'avx512vl']
const AVX2 = ['avx2', 'fma']

/**
 * What to add to the environment. What is set already stays.
 *
 * - `OPENBLAS_CORETYPE`: OpenBLAS knows processors by their model number and gives one that is newer than itself its
 *   kernels of 2004. The instructions tell what the processor can do; the names are those that it takes where it knows.
 * - `GOMP_SPINCOUNT`, `OPENBLAS_THREAD_TIMEOUT`: a thread without work looks for more over and over, for milliseconds, on
 *   a core that the other library's threads, the loader, Node or another program need: two trainings on one machine
 *   stood nearly still, and share it now. A thousand looks are what OpenMP itself takes where it knows of more threads
 *   than cores; 2^16 cycles are about as long. A training in bfloat16 that is alone is about 4% slower for it.
 */
export function libraryEnvironment(environment: Environment, processor: Processor): Record<string, string> {
  const added: Record<string, string> = {}
  const kernels = openblasKernels(processor)
  if (kernels !== null && environment.OPENBLAS_CORETYPE === undefined) added.OPENBLAS_CORETYPE = kernels
  if (environment.GOMP_SPINCOUNT === undefined && environment.OMP_WAIT_POLICY === undefined)
    added.GOMP_SPINCOUNT = '1000'
  if (environment.OPENBLAS_THREAD_TIMEOUT === undefined) added.OPENBLAS_THREAD_TIMEOUT = '16'
  return added
}

function openblasKernels({ vendor, flags }: Processor): string | null {
  if (AVX512.every((flag) => flags.has(flag))) return 'SKYLAKEX'
  if (!AVX2.every((flag) => flags.has(flag))) return null
  return vendor === 'AuthenticAMD' ? 'ZEN' : 'HASWELL'
}

/**
 * Sets them for this process and its children. Of use before the library is loaded only, and not in a worker thread, which
 * Node gives a copy of the environment.
 */
export function prepareLibraryEnvironment(): void {
  Object.assign(process.env, libraryEnvironment(process.env, describeProcessor()))
}
