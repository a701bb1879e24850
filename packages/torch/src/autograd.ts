// Gradient recording and mixed precision, as regions of code.

import type { DType } from './dtype.ts'
import { attempt } from './failure.ts'
import { native } from './native.ts'
import { refusePromise } from './synchronous.ts'
import { Tensor } from './tensor.ts'

/** Runs `body` without recording gradients. Throws TypeError when `body` is asynchronous. */
export function noGrad<T>(body: () => T): T {
  return withGradMode('noGrad()', false, body)
}

/** Runs `body` with gradient recording on, inside a noGrad region. Throws TypeError when `body` is asynchronous. */
export function enableGrad<T>(body: () => T): T {
  return withGradMode('enableGrad()', true, body)
}

function withGradMode<T>(region: string, enabled: boolean, body: () => T): T {
  const before = native.setGradMode(enabled)
  try {
    const result = body()
    refusePromise(region, result)
    return result
  } finally {
    native.setGradMode(before)
  }
}

/**
 * Gradients of outputs with respect to inputs, without accumulating into `.grad`. An input that the outputs do
 * not depend on gives null.
 *
 * @param options.outputGradients one per output; may be left out for outputs with one element
 * @param options.retainGraph keep the tape for a second pass; default: as createGraph
 * @param options.createGraph record the gradient computation itself, for second derivatives
 * Throws TorchError, for instance for an output without history; DisposedError for a freed tensor.
 */
export function gradients(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options: { outputGradients?: readonly Tensor[]; retainGraph?: boolean; createGraph?: boolean } = {},
): (Tensor | null)[] {
  const createGraph = options.createGraph ?? false
  const handles = attempt('gradients', [outputs, inputs], () =>
    native.gradients(
      outputs.map((tensor) => tensor.handle),
      inputs.map((tensor) => tensor.handle),
      options.outputGradients?.map((tensor) => tensor.handle) ?? null,
      options.retainGraph ?? createGraph,
      createGraph,
    ),
  )
  return handles.map((handle) => (handle === null ? null : new Tensor(handle)))
}

/**
 * Runs `body` with the library's automatic mixed precision: convolutions and matrix products in `dtype`, what
 * needs range or precision in float32. `enabled: false` opens a full-precision region inside.
 *
 * Within one region the library converts a weight once: a weight that changes is met again in the next region.
 *
 * @param options.device `cpu` (default) or `cuda`, `cuda:0`, ...
 * @param options.dtype `bfloat16` (default) or `float16`
 * Throws TypeError for another device or dtype, and when `body` is asynchronous.
 */
export function autocast<T>(
  options: { device?: string; dtype?: DType; enabled?: boolean },
  body: () => T,
): T {
  const { device = 'cpu', dtype = 'bfloat16', enabled = true } = options
  const kind = /^(cpu|cuda)(:\d+)?$/.exec(device)?.[1]
  if (!kind) throw new TypeError(`autocast() knows the devices cpu and cuda, not ${JSON.stringify(device)}`)
  if (dtype !== 'bfloat16' && dtype !== 'float16') {
    throw new TypeError(`autocast() computes in bfloat16 or float16, not ${JSON.stringify(dtype)}`)
  }
  const cuda = kind === 'cuda'
  const [enabledBefore, dtypeBefore] = native.enterAutocast(cuda, enabled, dtype)
  try {
    const result = body()
    refusePromise('autocast()', result)
    return result
  } finally {
    native.leaveAutocast(cuda, enabledBefore, dtypeBefore)
  }
}
