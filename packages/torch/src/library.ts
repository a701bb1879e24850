// The loaded libtorch: what it is, and how many threads it may use.

import { TorchError } from './errors.ts'
import { native } from './native.ts'

const MOST_THREADS = 1024

export interface LibraryInfo {
  readonly version: string
  /** The shared library that was really loaded. */
  readonly path: string
  readonly cuda: boolean
  readonly mkldnn: boolean
  readonly threads: number
  /** The linear-algebra library it was built with, as it names it. */
  readonly blas: string
  /** `SkylakeX`, `Haswell`, `Zen`: the kernels that OpenBLAS chose; null where the library multiplies with another. */
  readonly blasKernels: string | null
  /** `DEFAULT`, `AVX2`, `AVX512`: the vector code it chose for this processor. */
  readonly cpuCapability: string
}

export function libraryInfo(): LibraryInfo {
  const { config, parallel: _, ...info } = native.libraryInfo()
  return {
    ...info,
    blas: /BLAS_INFO=([\w-]+)/.exec(config)?.[1] ?? 'unknown',
    cpuCapability: /CPU capability usage: (\S+)/.exec(config)?.[1] ?? 'unknown',
  }
}

/**
 * Sets the number of threads that one operator may use, for calls from this thread.
 *
 * @param threads 1 to 1024; throws TorchError for another number: more than the system can start end the process
 */
export function setThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new TorchError('setThreads', [String(threads)], `expected an integer from 1 to ${MOST_THREADS}`)
  }
  native.setThreads(threads)
}
