// Python pickles read as data (protocols 0 to 5; https://docs.python.org/3/library/pickletools.html).
// Nothing is ever imported or called: a global becomes an inert record of its name, a call of it becomes an inert
// record of name and arguments, and only the few constructors given in `PickleOptions.known` are understood, by our
// own code. A hostile pickle is therefore at worst refused.
//
// Python -> JavaScript: None null; int number, or bigint beyond 2^53; str string; bytes Uint8Array; list, tuple
// array; dict Map (keys that are bytes become strings); set Set. Byte strings of Python 2 become strings (latin-1),
// as `encoding='latin1'` reads them; longer than 1 MiB they are data, and become Uint8Array.

import { PickleInput } from './pickle-input.ts'
import { instructions } from './pickle-instructions.ts'
import {
  type Constructor,
  containers,
  dictionaryKey,
  PickleGlobal,
  PickleObject,
  type Refuse,
  setState,
} from './pickle-values.ts'

export interface PickleOptions {
  /** Named in errors. */
  file?: string
  /** Where the pickle begins in `bytes`. Default 0. */
  start?: number
  /** Constructors understood besides the plain containers, by `module.name`. */
  known?: ReadonlyMap<string, Constructor>
  /** The value of a persistent id. Default: persistent ids are refused. */
  persistent?: (id: unknown, refuse: Refuse) => unknown
  /** Instructions at most, which bounds the memory that a small file can ask for. Default 4 million. */
  maxInstructions?: number
}

// Open marks at most; pickles of real data have a few dozen.
const maxDepth = 1000

const stop = 0x2e

const mark = Symbol('mark')

/**
 * Reads one pickle.
 * @returns its value, and `end`, the position after it
 * @throws FormatError (file, byte, what was expected) when it is cut short, malformed, over a limit, or needs the
 *   extension registry or buffers that are not in the file
 */
export function decodePickle(
  bytes: Uint8Array,
  options: PickleOptions = {},
): { value: unknown; end: number } {
  const machine = new PickleMachine(bytes, options)
  const limit = options.maxInstructions ?? 4_000_000
  for (let count = 0; count < limit; count++) {
    const opcode = machine.input.opcode()
    if (opcode === stop) return { value: machine.pop(), end: machine.input.at }
    const instruction = instructions.get(opcode)
    if (instruction) instruction(machine)
    else machine.refuse(`0x${opcode.toString(16)} is no pickle instruction: damaged, or not a pickle`)
  }
  return machine.refuse(`the pickle has more than ${limit} instructions`)
}

/** The stack machine that pickles are programs of: what the instructions work on. */
export class PickleMachine {
  readonly input: PickleInput
  readonly refuse: Refuse
  readonly #options: PickleOptions
  readonly #stack: unknown[] = []
  readonly #memo = new Map<number, unknown>()
  #depth = 0
  #budget: number

  constructor(bytes: Uint8Array, options: PickleOptions) {
    this.input = new PickleInput(bytes, options.start ?? 0, options.file ?? 'pickle')
    this.refuse = (message) => this.input.fail(message)
    this.#options = options
    this.#budget = 2 ** 26 + 16 * bytes.byteLength
  }

  push(value: unknown): void {
    this.#stack.push(value)
  }

  mark(): void {
    if (++this.#depth > maxDepth) this.input.fail(`the pickle is nested deeper than ${maxDepth}`)
    this.#stack.push(mark)
  }

  top(): unknown {
    const value = this.#stack.at(-1)
    if (this.#stack.length === 0 || value === mark) this.input.fail('a value is missing on the stack')
    return value
  }

  pop(): unknown {
    const value = this.top()
    this.#stack.pop()
    return value
  }

  popMany(count: number): unknown[] {
    const values = this.#stack.splice(Math.max(0, this.#stack.length - count))
    if (values.length < count || values.includes(mark)) this.input.fail('a value is missing on the stack')
    return values
  }

  popToMark(): unknown[] {
    const at = this.#stack.lastIndexOf(mark)
    if (at < 0) this.input.fail('a mark is missing on the stack')
    this.#depth--
    const values = this.#stack.splice(at)
    values.shift()
    return values
  }

  /** Drops the value on top, or an empty mark. */
  discard(): void {
    if (this.#stack.at(-1) === mark) this.popToMark()
    else this.pop()
  }

  /** Keeps the value on top under a number; without one, under the next. */
  memoize(index = this.#memo.size): void {
    this.#memo.set(index, this.top())
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) this.input.fail(`the memo has no entry ${index}`)
    this.#stack.push(this.#memo.get(index))
  }

  /** Adds values to the list, set or inert object on top. */
  append(values: unknown[]): void {
    const target = this.top()
    if (Array.isArray(target)) for (const value of values) target.push(value)
    else if (target instanceof Set) for (const value of values) target.add(value)
    else if (target instanceof PickleObject) for (const value of values) target.items.push(value)
    else this.input.fail('values are added to something that is no list and no set')
  }

  /** Sets keys and values, one after the other in `flat`, on the dictionary or inert object on top. */
  setItems(flat: unknown[]): void {
    const target = this.top()
    if (flat.length % 2 !== 0) this.input.fail('a dictionary has a key without a value')
    for (let i = 0; i < flat.length; i += 2) {
      if (target instanceof Map) target.set(dictionaryKey(flat[i]), flat[i + 1])
      else if (target instanceof PickleObject) target.items.push([flat[i], flat[i + 1]])
      else this.input.fail('items are set on something that is no dictionary')
    }
  }

  /** The name of what a pickle would call. */
  nameOf(callee: unknown): string {
    if (!(callee instanceof PickleGlobal))
      return this.input.fail('something that is no global would be called')
    return callee.global
  }

  /** What a call would give: the value of a known constructor, or an inert record of the call. */
  construct(global: string, args: unknown): void {
    const known = this.#options.known?.get(global) ?? containers.get(global)
    if (known && Array.isArray(args)) for (const arg of args) this.#charge(arg)
    const value = known && Array.isArray(args) ? known(args, this.refuse) : undefined
    this.#stack.push(value === undefined ? new PickleObject(global, args) : value)
  }

  /** Sets a state on the object on top. */
  build(state: unknown): void {
    const target = this.top()
    this.#charge(state)
    if (target instanceof PickleObject) target.state = state
    else if (typeof target === 'object' && target !== null && setState in target)
      (target[setState] as (state: unknown, refuse: Refuse) => void)(state, this.refuse)
    // Attributes that Python code hung on a dictionary (as PyTorch does on state dicts) are no data of it.
    else if (!(target instanceof Map)) this.input.fail('a state is set on something that takes none')
  }

  /** Constructors may copy what they are given, and a pickle may give them the same again and again. */
  #charge(value: unknown): void {
    if (typeof value === 'string' || value instanceof Uint8Array) this.#budget -= value.length
    else if (Array.isArray(value)) this.#budget -= 64 * value.length
    if (this.#budget < 0) this.input.fail('the pickle asks for many times more memory than it has bytes')
  }

  persistent(id: unknown): void {
    if (!this.#options.persistent) this.input.fail('the pickle refers to objects outside of it')
    this.#stack.push(this.#options.persistent(id, this.refuse))
  }
}
