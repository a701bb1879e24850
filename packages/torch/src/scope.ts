// Lifetime: a scope frees every tensor made in it except what it returns. Native memory is invisible to the
// garbage collector's judgement, so scopes are the plan and the finaliser is the net.

import { native } from './native.ts'
import { Tensor } from './tensor.ts'

/** Ownership of one tensor: the open scope that will free it, or null when its holder must. */
export class Scope {
  readonly tensors: Tensor[] = []
  readonly parent: Scope | null

  constructor(parent: Scope | null) {
    this.parent = parent
  }
}

let current: Scope | null = null

/** The innermost open scope; the tensor constructor registers itself there. */
export function currentScope(): Scope | null {
  return current
}

/**
 * Runs `body` and frees every tensor created inside, except those found in its result (a tensor, or arrays,
 * maps and plain objects that hold some), which pass to the enclosing scope.
 *
 * Throws TypeError when `body` is asynchronous: other code would run while the scope is open.
 */
export function scope<T>(body: () => T): T {
  const mine = new Scope(current)
  current = mine
  let escaping = new Set<Tensor>()
  try {
    const result = body()
    if (result instanceof Promise) {
      throw new TypeError(
        'scope() needs a synchronous function: await outside, and open a scope for each step',
      )
    }
    escaping = tensorsIn(result)
    return result
  } finally {
    current = mine.parent
    for (const tensor of mine.tensors) {
      if (tensor.owner !== mine || tensor.disposed) continue
      if (escaping.has(tensor)) tensor.moveTo(mine.parent)
      else tensor.dispose()
    }
  }
}

/** Takes a tensor out of its scope: it lives until it is disposed, or is collected. */
export function keep<T extends Tensor>(tensor: T): T {
  tensor.moveTo(null)
  return tensor
}

/** Number of tensors alive on the native side, in this thread. */
export function liveTensors(): number {
  return native.liveTensors()
}

/** Bytes of tensor storage alive on the native side, in this thread; views are counted once. */
export function liveBytes(): number {
  return native.liveBytes()
}

function tensorsIn(value: unknown, found = new Set<Tensor>()): Set<Tensor> {
  if (value instanceof Tensor) found.add(value)
  else if (Array.isArray(value)) for (const item of value) tensorsIn(item, found)
  else if (value instanceof Map) for (const item of value.values()) tensorsIn(item, found)
  else if (isPlainObject(value)) for (const item of Object.values(value)) tensorsIn(item, found)
  return found
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
