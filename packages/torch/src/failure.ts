// What the native side throws, as the errors of this package.

import { DisposedError, TorchError } from './errors.ts'
import { Generator } from './random.ts'
import { Tensor } from './tensor.ts'

/**
 * Runs a native call. What it throws becomes a TorchError that names the operation and describes its arguments, or a
 * DisposedError.
 */
export function attempt<T>(operation: string, args: readonly unknown[], body: () => T): T {
  try {
    return body()
  } catch (cause) {
    if (cause instanceof DisposedError || cause instanceof TorchError) throw cause
    if (isDisposal(cause)) throw new DisposedError(`tensor in ${operation}`)
    throw new TorchError(operation, args.map(describe), messageOf(cause), cause)
  }
}

/** Whether the native side met a handle that names no tensor. */
export function isDisposal(cause: unknown): boolean {
  return cause instanceof DisposedError || (cause as { code?: unknown } | null)?.code === 'DISPOSED'
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** An argument in a few words: `Tensor(float32[2, 3])`, `[1, 2]`, `"mean"`, `{ dim: 1 }`. */
export function describe(value: unknown): string {
  if (value instanceof Tensor) return value.toString()
  if (value instanceof Generator) return 'Generator'
  if (Array.isArray(value)) {
    return `[${value.slice(0, 8).map(describe).join(', ')}${value.length > 8 ? ', ...' : ''}]`
  }
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return `a ${value.constructor?.name ?? 'object'}`
  const entries = Object.entries(value).slice(0, 8)
  return `{ ${entries.map(([key, item]) => `${key}: ${describe(item)}`).join(', ')} }`
}
