// Random generators: seeded, and with a state that can be saved and restored.

import { TorchError } from './errors.ts'
import { attempt } from './failure.ts'
import { native } from './native.ts'
import { Tensor } from './tensor.ts'

const collected = new FinalizationRegistry<number>((id) => native.freeGenerator(id))

/** A CPU generator of its own stream, for operators that take `{ generator }`. */
export class Generator {
  /** The native generator; 0 is the library's default. */
  readonly id: number

  /** @param seed an integer; throws TorchError for another number */
  constructor(seed: number) {
    this.id = native.createGenerator(checkedSeed('Generator', seed))
    collected.register(this, this.id)
  }

  /** The complete state, to be restored by setState(). */
  state(): Uint8Array {
    return stateOf(this.id)
  }

  /** Throws TorchError for what is not a state. */
  setState(state: Uint8Array): void {
    restore(this.id, state)
  }
}

/** Seeds the default generators of every device. The seed is an integer; throws TorchError for another number. */
export function manualSeed(seed: number): void {
  native.manualSeed(checkedSeed('manualSeed', seed))
}

/** State of the default CPU generator, which dropout and the initialisers draw from. */
export function getRngState(): Uint8Array {
  return stateOf(0)
}

/** Throws TorchError for what is not a state. */
export function setRngState(state: Uint8Array): void {
  restore(0, state)
}

function checkedSeed(operation: string, seed: number): number {
  if (Number.isSafeInteger(seed)) return seed
  throw new TorchError(operation, [String(seed)], 'a seed is an integer between -(2^53 - 1) and 2^53 - 1')
}

function stateOf(id: number): Uint8Array {
  using state = new Tensor(attempt('generatorState', [], () => native.generatorState(id)))
  return state.toArray() as Uint8Array
}

function restore(id: number, state: Uint8Array): void {
  attempt('setGeneratorState', [`${state.length} bytes`], () => {
    using tensor = new Tensor(native.fromBytes(state, [state.length], 'uint8'))
    native.setGeneratorState(id, tensor.handle)
  })
}
