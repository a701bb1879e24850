// Random generators: seeded, and with a state that can be saved and restored.

import { native } from './native.ts'
import { Tensor } from './tensor.ts'

/** A CPU generator of its own stream, for operators that take `{ generator }`. */
export class Generator {
  /** The native generator; 0 is the library's default. */
  readonly id: number

  constructor(seed: number) {
    this.id = native.createGenerator(seed)
  }

  /** The complete state, to be restored by setState(). */
  state(): Uint8Array {
    return stateOf(this.id)
  }

  setState(state: Uint8Array): void {
    restore(this.id, state)
  }
}

/** Seeds the default generators of every device. */
export function manualSeed(seed: number): void {
  native.manualSeed(seed)
}

/** State of the default CPU generator, which dropout and the initialisers draw from. */
export function getRngState(): Uint8Array {
  return stateOf(0)
}

export function setRngState(state: Uint8Array): void {
  restore(0, state)
}

function stateOf(id: number): Uint8Array {
  using state = new Tensor(native.generatorState(id))
  return state.toArray() as Uint8Array
}

function restore(id: number, state: Uint8Array): void {
  using tensor = new Tensor(native.fromBytes(state, [state.length], 'uint8'))
  native.setGeneratorState(id, tensor.handle)
}
