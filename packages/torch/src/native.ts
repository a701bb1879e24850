// The one place that touches the compiled addon. Handles are numbers: see native/handle.h.

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { prepareLibraryEnvironment } from './library-environment.ts'

/** A tensor on the native side: slot and generation in one exact number. */
export type Handle = number

export interface NativeArgument {
  readonly name: string
  /** The schema's own spelling, e.g. `Tensor`, `int[]`, `Scalar?`. */
  readonly type: string
  readonly hasDefault: boolean
  readonly keywordOnly: boolean
  readonly writes: boolean
}

export interface NativeOperator {
  readonly index: number
  readonly arguments: readonly NativeArgument[]
  readonly returns: readonly NativeArgument[]
  readonly writesFirst: boolean
}

export interface NativeLibraryInfo {
  readonly version: string
  readonly path: string
  readonly config: string
  readonly parallel: string
  readonly blasKernels: string | null
  readonly cuda: boolean
  readonly mkldnn: boolean
  readonly threads: number
}

type TypedArray = NodeJS.TypedArray

/** The export table of native/addon.cpp. */
export interface NativeAddon {
  free(handle: Handle): void
  /** The first `count` of them, in one call. */
  freeAll(handles: Float64Array, count: number): void
  /** Says that a tensor belongs to no scope now; the collector hears how much memory tensors hold. */
  leaveToCollector(): void
  liveTensors(): number
  liveBytes(): number
  /** The part of liveBytes() that the collector was told of, to within 4 MiB. */
  reportedBytes(): number

  fromBytes(data: TypedArray, shape: readonly number[], dtype: string): Handle
  toBytes(handle: Handle): ArrayBuffer
  shape(handle: Handle): number[]
  dtype(handle: Handle): string
  device(handle: Handle): string
  item(handle: Handle): number | boolean

  lookup(name: string, overload: string): NativeOperator | null
  call(index: number, ...values: unknown[]): unknown
  operatorNames(): string[]

  backward(outputs: Handle[], gradients: (Handle | null)[] | null, retainGraph: boolean): void
  gradients(
    outputs: Handle[],
    inputs: Handle[],
    outputGradients: (Handle | null)[] | null,
    retainGraph: boolean,
    createGraph: boolean,
  ): (Handle | null)[]
  grad(handle: Handle): Handle | null
  setGrad(handle: Handle, gradient: Handle | null): void
  requiresGrad(handle: Handle): boolean
  setRequiresGrad(handle: Handle, value: boolean): void
  setGradMode(enabled: boolean): boolean
  enterAutocast(cuda: boolean, enabled: boolean, dtype: string): [boolean, string]
  leaveAutocast(cuda: boolean, enabled: boolean, dtype: string): void

  libraryInfo(): NativeLibraryInfo
  setThreads(threads: number): void
  manualSeed(seed: number): void
  createGenerator(seed: number): number
  freeGenerator(generator: number): void
  generatorState(generator: number): Handle
  setGeneratorState(generator: number, state: Handle): void
}

const addonPath = fileURLToPath(new URL('../build/torch.node', import.meta.url))

function load(): NativeAddon {
  if (!existsSync(addonPath)) {
    throw new Error(`the native bridge is not built (${addonPath} is missing): run \`npm run setup\``)
  }
  prepareLibraryEnvironment()
  return createRequire(import.meta.url)(addonPath) as NativeAddon
}

export const native: NativeAddon = load()
