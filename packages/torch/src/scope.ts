// Lifetime: a scope frees every tensor made in it except what it returns. Native memory is invisible to the
// garbage collector's judgement, so scopes are the plan and the finaliser is the net.

import { native } from './native.ts'
import { refusePromise } from './synchronous.ts'
import { Tensor } from './tensor.ts'

const SWEEP_FROM = 1024

/** The handles of a closing scope on their way to the native side, which frees many in one call. */
const freed = new Float64Array(256)

/** Owner of the tensors made while it is open; those without one belong to whoever holds them. */
export class Scope {
  readonly parent: Scope | null
  #tensors: Tensor[] = []
  #sweepAt = SWEEP_FROM

  constructor(parent: Scope | null) {
    this.parent = parent
  }

  /** Called by the tensor itself, when it is made and when it moves here. */
  add(tensor: Tensor): void {
    if (this.#tensors.length >= this.#sweepAt) this.#sweep()
    this.#tensors.push(tensor)
  }

  /** Frees what it owns; what escapes passes to the parent. */
  close(escaping: ReadonlySet<Tensor>): void {
    let count = 0
    for (const tensor of this.#tensors) {
      if (tensor.owner !== this) continue
      if (escaping.has(tensor)) {
        tensor.moveTo(this.parent)
        continue
      }
      freed[count++] = tensor.release()
      if (count === freed.length) {
        native.freeAll(freed, count)
        count = 0
      }
    }
    if (count > 0) native.freeAll(freed, count)
    this.#tensors = []
  }

  // A scope may stay open for a whole training run: it must not remember every tensor that left it.
  #sweep(): void {
    this.#tensors = this.#tensors.filter((tensor) => tensor.owner === this)
    this.#sweepAt = Math.max(SWEEP_FROM, 2 * this.#tensors.length)
  }
}

let current: Scope | null = null

/** The innermost open scope; the tensor constructor registers itself there. */
export function currentScope(): Scope | null {
  return current
}

/**
 * Runs `body` and frees every tensor created inside, except those found in its result (a tensor, or arrays,
 * maps, sets and plain objects that hold some), which pass to the enclosing scope.
 *
 * Throws TypeError when `body` is asynchronous: other code would run while the scope is open.
 */
export function scope<T>(body: () => T): T {
  const mine = new Scope(current)
  current = mine
  let escaping: ReadonlySet<Tensor> = new Set()
  try {
    const result = body()
    refusePromise('scope()', result)
    escaping = tensorsIn(result)
    return result
  } finally {
    current = mine.parent
    mine.close(escaping)
  }
}

/** Takes a tensor out of its scope: it lives until it is disposed, or is collected. Throws DisposedError. */
export function keep<T extends Tensor>(tensor: T): T {
  void tensor.handle
  tensor.moveTo(null)
  return tensor
}

/** Number of tensors alive on the native side, in this thread. */
export function liveTensors(): number {
  return native.liveTensors()
}

/**
 * Bytes of the storage that live tensors hold, in this thread, as large as it was when they were made; storage that
 * several share (views) counts once. What only the tape of a gradient holds is not in it.
 */
export function liveBytes(): number {
  return native.liveBytes()
}

function tensorsIn(value: unknown): Set<Tensor> {
  const found = new Set<Tensor>()
  const visited = new Set<object>()
  const visit = (item: unknown): void => {
    if (item instanceof Tensor) {
      found.add(item)
      return
    }
    if (typeof item !== 'object' || item === null || visited.has(item)) return
    visited.add(item)
    if (Array.isArray(item) || item instanceof Set || item instanceof Map) {
      for (const inner of item.values()) visit(inner)
    } else if (isPlainObject(item)) for (const inner of Object.values(item)) visit(inner)
  }
  visit(value)
  return found
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
