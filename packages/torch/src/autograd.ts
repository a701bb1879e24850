// Gradient recording and mixed precision, as regions of code.

import type { DType } from './dtype.ts'
import { native } from './native.ts'
import { Tensor } from './tensor.ts'

/** Runs `body` without recording gradients. */
export function noGrad<T>(body: () => T): T {
  return withGradMode(false, body)
}

/** Runs `body` with gradient recording on, inside a noGrad region. */
export function enableGrad<T>(body: () => T): T {
  return withGradMode(true, body)
}

function withGradMode<T>(enabled: boolean, body: () => T): T {
  const before = native.setGradMode(enabled)
  try {
    return body()
  } finally {
    native.setGradMode(before)
  }
}

/**
 * Gradients of outputs with respect to inputs, without accumulating into `.grad`. An input that the outputs do
 * not depend on gives null.
 *
 * @param options.outputGradients one per output; may be left out for outputs with one element
 * @param options.createGraph record the gradient computation itself, for second derivatives
 */
export function gradients(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options: { outputGradients?: readonly Tensor[]; retainGraph?: boolean; createGraph?: boolean } = {},
): (Tensor | null)[] {
  const createGraph = options.createGraph ?? false
  return native
    .gradients(
      outputs.map((tensor) => tensor.handle),
      inputs.map((tensor) => tensor.handle),
      options.outputGradients?.map((tensor) => tensor.handle) ?? null,
      options.retainGraph ?? createGraph,
      createGraph,
    )
    .map((handle) => (handle === null ? null : new Tensor(handle)))
}

/**
 * Runs `body` with the library's automatic mixed precision: convolutions and matrix products in `dtype`, what
 * needs range or precision in float32. `enabled: false` opens a full-precision region inside.
 */
export function autocast<T>(
  options: { device?: string; dtype?: DType; enabled?: boolean },
  body: () => T,
): T {
  const cuda = (options.device ?? 'cpu').startsWith('cuda')
  const [enabled, dtype] = native.enterAutocast(cuda, options.enabled ?? true, options.dtype ?? 'bfloat16')
  try {
    return body()
  } finally {
    native.leaveAutocast(cuda, enabled, dtype)
  }
}
