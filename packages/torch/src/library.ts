// The loaded libtorch: what it is, and how many threads it may use.

import { native } from './native.ts'

export interface LibraryInfo {
  readonly version: string
  /** The shared library that was really loaded. */
  readonly path: string
  readonly cuda: boolean
  readonly mkldnn: boolean
  readonly threads: number
  /** The linear-algebra library it was built with, as it names it. */
  readonly blas: string
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

/** Sets the number of threads that one operator may use. Throws TorchError below 1. */
export function setThreads(threads: number): void {
  native.setThreads(threads)
}
