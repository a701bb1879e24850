// Which overload of an operator a JavaScript call means. Arguments without a default are positional; those with one,
// and those that the schema takes by keyword only, go into a last options object: the schema alone decides, and the
// types of the values. A keyword-only argument without a default must be in it.

import { caller, findOperator } from './dispatch.ts'
import { TorchError } from './errors.ts'
import { describe } from './failure.ts'
import type { NativeArgument } from './native.ts'
import { Generator } from './random.ts'
import { Tensor } from './tensor.ts'

type Accepts = (value: unknown) => boolean

interface Parameter {
  readonly position: number
  readonly accepts: Accepts
}

/** One overload, prepared for matching. */
interface Overload {
  readonly name: string
  readonly positional: readonly Parameter[]
  readonly options: ReadonlyMap<string, Parameter>
  /** The options without a default. */
  readonly needed: readonly string[]
  /** Whether positional arguments alone are the schema's first arguments. */
  readonly inOrder: boolean
  /** Number of arguments in the schema. */
  readonly length: number
  readonly call: (values: readonly unknown[]) => unknown
}

/** A camelCase operator: all its overloads behind one function of its arguments. */
export function bind(name: string, fullNames: readonly string[]): (args: unknown[]) => unknown {
  let overloads: readonly Overload[] | undefined
  return (args) => {
    overloads ??= fullNames.map(prepare).filter((overload) => overload !== null)
    const last = args[args.length - 1]
    const options = args.length > 0 && isOptions(last) ? last : undefined
    const count = options ? args.length - 1 : args.length
    for (const overload of overloads) {
      if (matches(overload, args, count, options)) return overload.call(arrange(overload, args, options))
    }
    throw mismatch(name, overloads, args)
  }
}

/** `keep_dim` -> `keepDim`; a trailing underscore (in place) stays. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])_([a-z0-9])/gi, (_, after: string) => after.toUpperCase())
}

/** Whether an argument of the schema is given by its position; the others are given in the options object. */
export function isPositional(argument: NativeArgument): boolean {
  return !argument.hasDefault && !argument.keywordOnly
}

function prepare(name: string): Overload | null {
  const operator = findOperator(name)
  if (!operator) return null
  const positional: Parameter[] = []
  const options = new Map<string, Parameter>()
  const needed: string[] = []
  operator.arguments.forEach((argument, position) => {
    const parameter = { position, accepts: acceptorOf(argument.type, argument.name) }
    if (isPositional(argument)) {
      positional.push(parameter)
      return
    }
    const key = camelCase(argument.name)
    options.set(key, parameter)
    if (!argument.hasDefault) needed.push(key)
  })
  const inOrder = positional.every(({ position }, i) => position === i)
  return { name, positional, options, needed, inOrder, length: operator.arguments.length, call: caller(name) }
}

function matches(
  overload: Overload,
  args: readonly unknown[],
  count: number,
  options: Record<string, unknown> | undefined,
): boolean {
  const { positional, needed } = overload
  if (positional.length !== count) return false
  for (let i = 0; i < count; i++) if (!positional[i]!.accepts(args[i])) return false
  if (!options) return needed.length === 0
  for (const key of needed) if (options[key] === undefined) return false
  for (const key in options) {
    const parameter = overload.options.get(key)
    if (!parameter) return false
    const value = options[key]
    if (value !== undefined && !parameter.accepts(value)) return false
  }
  return true
}

function arrange(
  overload: Overload,
  args: readonly unknown[],
  options: Record<string, unknown> | undefined,
): readonly unknown[] {
  if (!options && overload.inOrder) return args
  const values = new Array<unknown>(options ? overload.length : overload.positional.length).fill(undefined)
  for (let i = 0; i < overload.positional.length; i++) values[overload.positional[i]!.position] = args[i]
  if (options) for (const key in options) values[overload.options.get(key)!.position] = options[key]
  return values
}

function isOptions(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || value instanceof Tensor) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const isNumber: Accepts = (value) => typeof value === 'number'
const isInteger: Accepts = (value) => typeof value === 'number' || typeof value === 'bigint'

const acceptors: Record<string, Accepts> = {
  Tensor: (value) => value instanceof Tensor,
  Scalar: (value) => typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint',
  number: (value) => typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint',
  int: isInteger,
  SymInt: isInteger,
  float: isNumber,
  bool: (value) => typeof value === 'boolean',
  str: (value) => typeof value === 'string',
  Device: (value) => typeof value === 'string',
  ScalarType: (value) => typeof value === 'string',
  MemoryFormat: (value) => typeof value === 'string',
  Layout: (value) => typeof value === 'string',
  Generator: (value) => value instanceof Generator,
}

// Schemas spell the reductions of losses as plain integers.
const isReduction: Accepts = (value) =>
  isInteger(value) || value === 'none' || value === 'mean' || value === 'sum'

/** What a schema type accepts from JavaScript. A list of integers or floats accepts a single number too. */
function acceptorOf(type: string, name: string): Accepts {
  if (type === 'int' && name === 'reduction') return isReduction
  if (type.endsWith('?')) {
    const inner = acceptorOf(type.slice(0, -1), name)
    return (value) => value === null || inner(value)
  }
  const list = /^(.*)\[\d*\]$/.exec(type)
  if (list) {
    const inner = acceptorOf(list[1]!, name)
    const single = list[1] === 'int' || list[1] === 'SymInt' || list[1] === 'float'
    return (value) =>
      Array.isArray(value) ? value.every((item) => inner(item)) : single && typeof value === 'number'
  }
  return acceptors[type] ?? (() => false)
}

function mismatch(name: string, overloads: readonly Overload[], args: readonly unknown[]): TorchError {
  const known = overloads.map((overload) => signature(overload.name)).join('; ')
  const message = known
    ? `no overload takes these arguments; there are ${known}`
    : 'the loaded libtorch has no operator of this name'
  return new TorchError(name, args.map(describe), message)
}

function signature(fullName: string): string {
  const { arguments: all } = findOperator(fullName)!
  const positional = all.filter(isPositional).map((a) => `${camelCase(a.name)}: ${a.type}`)
  const options = all
    .filter((a) => !isPositional(a))
    .map((a) => `${camelCase(a.name)}${a.hasDefault ? '?' : ''}: ${a.type}`)
  return `(${[...positional, ...(options.length > 0 ? [`{ ${options.join(', ')} }`] : [])].join(', ')})`
}
