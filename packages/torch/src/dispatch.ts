// The one funnel to the dispatcher: arguments lose their wrappers, results gain theirs, errors gain context.

import { DisposedError, TorchError } from './errors.ts'
import { describe, isDisposal, messageOf } from './failure.ts'
import { type NativeArgument, type NativeOperator, native } from './native.ts'
import { Generator } from './random.ts'
import { Tensor } from './tensor.ts'

/** An operator overload as the loaded library knows it. */
export interface Operator extends NativeOperator {
  /** For instance `aten::add.Tensor`. */
  readonly name: string
}

type Wrap = (value: unknown, values: readonly unknown[]) => unknown

interface Entry {
  readonly operator: Operator
  readonly wrap: Wrap
}

const entries = new Map<string, Entry | null>()

/** The operator's schema in the loaded library, or null when it has none of that name. */
export function findOperator(name: string): Operator | null {
  return entryOf(name)?.operator ?? null
}

/**
 * Calls any operator of the library.
 *
 * @param name with its namespace and overload, e.g. `aten::add.Tensor`
 * @param values all arguments in the order of the schema; `undefined` takes the default, and so does what is
 *   missing at the end
 * @returns what the schema states: a tensor, a number, a list, or an array of several results. An in-place
 *   operator returns the tensor that it changed.
 * Throws TorchError with the operator and its arguments; DisposedError for a freed tensor.
 */
// biome-ignore lint/suspicious/noExplicitAny: the result's type is the schema's, known only at run time
export function call(name: string, values: readonly unknown[]): any {
  const entry = entryOf(name)
  if (!entry) {
    throw new TorchError(
      name,
      [],
      'the loaded libtorch has no such operator; names look like aten::add.Tensor',
    )
  }
  return invoke(entry, values)
}

/** The call of one overload, looked up once. Same contract as call(). */
// biome-ignore lint/suspicious/noExplicitAny: see call()
export function caller(name: string): (values: readonly unknown[]) => any {
  const entry = entryOf(name)
  if (!entry) throw new TorchError(name, [], 'the loaded libtorch has no such operator')
  return (values) => invoke(entry, values)
}

function invoke(entry: Entry, values: readonly unknown[]): unknown {
  const { index } = entry.operator
  let result: unknown
  try {
    // One and two are most calls, and cost less without a list.
    if (values.length === 2) result = native.call(index, unwrap(values[0]), unwrap(values[1]))
    else if (values.length === 1) result = native.call(index, unwrap(values[0]))
    else result = native.call(index, ...values.map(unwrap))
  } catch (cause) {
    throw explain(entry.operator, values, cause)
  }
  return entry.wrap(result, values)
}

function unwrap(value: unknown): unknown {
  if (value instanceof Tensor) return value.handle
  if (Array.isArray(value)) return value.some(isWrapped) ? value.map(unwrap) : value
  if (value instanceof Generator) return value.id
  return value
}

function isWrapped(value: unknown): boolean {
  return value instanceof Tensor
}

function entryOf(name: string): Entry | null {
  let entry = entries.get(name)
  if (entry === undefined) {
    entry = resolve(name)
    entries.set(name, entry)
  }
  return entry
}

function resolve(name: string): Entry | null {
  const namespaceEnd = name.indexOf('::') + 2
  const dot = name.indexOf('.', namespaceEnd)
  const found = dot < 0 ? native.lookup(name, '') : native.lookup(name.slice(0, dot), name.slice(dot + 1))
  if (!found) return null
  const operator = { ...found, name }
  return { operator, wrap: wrapOf(operator) }
}

function wrapOf(operator: NativeOperator): Wrap {
  if (operator.writesFirst) {
    const written = operator.arguments.flatMap((argument, position) => (argument.writes ? [position] : []))
    if (operator.returns.length === 1) return (_, values) => values[written[0]!]
    return (_, values) => written.map((position) => values[position])
  }
  if (operator.returns.length === 1) return wrapOne(operator.returns[0]!)
  const each = operator.returns.map(wrapOne)
  return (result, values) => (result as unknown[] | undefined)?.map((item, i) => each[i]!(item, values))
}

function wrapOne(type: NativeArgument): Wrap {
  if (type.type === 'Tensor' || type.type === 'Tensor?') {
    return (value) => (value === null ? null : new Tensor(value as number))
  }
  if (type.type === 'Tensor[]') {
    return (value) =>
      (value as (number | null)[]).map((handle) => (handle === null ? null : new Tensor(handle)))
  }
  return (value) => value
}

function explain(operator: Operator, values: readonly unknown[], cause: unknown): Error {
  const described = operator.arguments
    .slice(0, values.length)
    .map((argument, i) => `${argument.name}: ${describe(values[i])}`)
  if (!isDisposal(cause)) return new TorchError(operator.name, described, messageOf(cause), cause)
  const gone = operator.arguments.find((_, i) => holdsDisposed(values[i]))
  if (gone) return new DisposedError(`argument "${gone.name}" of ${operator.name}`)
  return new TorchError(operator.name, described, 'expected a tensor, got another value in its place', cause)
}

function holdsDisposed(value: unknown): boolean {
  return value instanceof Tensor ? value.disposed : Array.isArray(value) && value.some(holdsDisposed)
}
