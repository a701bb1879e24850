// Which overload of an operator a JavaScript call means. Arguments without a default are positional; those
// with one go into a last options object, so the schema alone decides, and the types of the values.

import { caller, findOperator } from './dispatch.ts'
import { TorchError } from './errors.ts'
import type { NativeArgument } from './native.ts'
import { Generator } from './random.ts'
import { Tensor } from './tensor.ts'

type Accepts = (value: unknown) => boolean

/** One overload, prepared for matching. */
interface Overload {
  readonly name: string
  readonly required: readonly { position: number; accepts: Accepts }[]
  readonly optional: ReadonlyMap<string, { position: number; accepts: Accepts }>
  readonly length: number
  readonly call: (values: readonly unknown[]) => unknown
}

/** A camelCase operator: all its overloads behind one function. */
export function bind(name: string, fullNames: readonly string[]): (...args: unknown[]) => unknown {
  let overloads: readonly Overload[] | undefined
  return (...args) => {
    overloads ??= fullNames.map(prepare).filter((overload) => overload !== null)
    const last = args[args.length - 1]
    const options = args.length > 0 && isOptions(last) ? last : undefined
    const positional = options ? args.length - 1 : args.length
    for (const overload of overloads) {
      if (matches(overload, args, positional, options)) return overload.call(arrange(overload, args, options))
    }
    throw mismatch(name, overloads, args)
  }
}

/** `keep_dim` -> `keepDim`; a trailing underscore (in place) stays. */
export function camelCase(name: string): string {
  return name.replace(
    /([a-z0-9])_([a-z0-9])/gi,
    (_, before: string, after: string) => before + after.toUpperCase(),
  )
}

/** Whether an argument of the schema is given in the options object. */
export function isOptional(argument: NativeArgument): boolean {
  return argument.hasDefault || argument.keywordOnly
}

function prepare(name: string): Overload | null {
  const operator = findOperator(name)
  if (!operator) return null
  const required: { position: number; accepts: Accepts }[] = []
  const optional = new Map<string, { position: number; accepts: Accepts }>()
  operator.arguments.forEach((argument, position) => {
    const entry = { position, accepts: acceptorOf(argument.type) }
    if (isOptional(argument)) optional.set(camelCase(argument.name), entry)
    else required.push(entry)
  })
  return { name, required, optional, length: operator.arguments.length, call: caller(name) }
}

function matches(
  overload: Overload,
  args: readonly unknown[],
  positional: number,
  options: Record<string, unknown> | undefined,
): boolean {
  const { required, optional } = overload
  if (required.length !== positional) return false
  for (let i = 0; i < positional; i++) if (!required[i]!.accepts(args[i])) return false
  if (!options) return true
  for (const key in options) {
    const entry = optional.get(key)
    if (!entry) return false
    const value = options[key]
    if (value !== undefined && !entry.accepts(value)) return false
  }
  return true
}

function arrange(
  overload: Overload,
  args: readonly unknown[],
  options: Record<string, unknown> | undefined,
): unknown[] {
  const values = new Array<unknown>(options ? overload.length : overload.required.length).fill(undefined)
  for (let i = 0; i < overload.required.length; i++) values[overload.required[i]!.position] = args[i]
  if (options) for (const key in options) values[overload.optional.get(key)!.position] = options[key]
  return values
}

function isOptions(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Tensor) &&
    !(value instanceof Generator)
  )
}

const isNumber: Accepts = (value) => typeof value === 'number'
const isInteger: Accepts = (value) => typeof value === 'number' || typeof value === 'bigint'

const acceptors: Record<string, Accepts> = {
  Tensor: (value) => value instanceof Tensor,
  Scalar: (value) => typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint',
  number: (value) => typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint',
  int: (value) => isInteger(value) || typeof value === 'string',
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

/** What a schema type accepts from JavaScript. A list of integers or floats accepts a single number too. */
function acceptorOf(type: string): Accepts {
  if (type.endsWith('?')) {
    const inner = acceptorOf(type.slice(0, -1))
    return (value) => value === null || inner(value)
  }
  const list = /^(.*)\[\d*\]$/.exec(type)
  if (list) {
    const inner = acceptorOf(list[1]!)
    const single = list[1] === 'int' || list[1] === 'SymInt' || list[1] === 'float'
    return (value) =>
      Array.isArray(value) ? value.every((item) => inner(item)) : single && typeof value === 'number'
  }
  return acceptors[type] ?? (() => false)
}

function mismatch(name: string, overloads: readonly Overload[], args: readonly unknown[]): TorchError {
  const given = args.map((value) =>
    value instanceof Tensor
      ? value.toString()
      : Array.isArray(value)
        ? `[${value.map(String).join(', ')}]`
        : isOptions(value)
          ? `{ ${Object.keys(value).join(', ')} }`
          : value === null
            ? 'null'
            : `${typeof value} ${String(value)}`,
  )
  const known = overloads.map((overload) => signature(overload.name)).join('; ')
  return new TorchError(name, given, `no overload takes these arguments; there are ${known}`)
}

function signature(fullName: string): string {
  const { arguments: all } = findOperator(fullName)!
  const required = all.filter((a) => !isOptional(a)).map((a) => `${camelCase(a.name)}: ${a.type}`)
  const optional = all.filter(isOptional).map((a) => `${camelCase(a.name)}?: ${a.type}`)
  return `(${[...required, ...(optional.length > 0 ? [`{ ${optional.join(', ')} }`] : [])].join(', ')})`
}
