// From the schemas that the library reports to the TypeScript surface: one line per overload, data only.

import type { NativeArgument, NativeOperator } from '../src/native.ts'
import { camelCase, isPositional } from '../src/overloads.ts'

export interface Schema extends NativeOperator {
  /** `aten::add.Tensor` */
  readonly name: string
}

/** Why an operator has no typed function; `call()` reaches it anyway. */
export function reasonToLeaveOut(schema: Schema): string | null {
  const base = baseName(schema.name)
  if (!schema.name.startsWith('aten::')) return 'not an aten operator'
  if (base.startsWith('_')) return 'internal to the library (leading underscore)'
  if (/_backward$|_backward_|_double_backward/.test(base)) return 'a derivative that autograd calls'
  if (schema.arguments.some((a) => a.writes && a.keywordOnly)) return 'an out= variant'
  if (/dimname|names/i.test(schema.name)) return 'takes named dimensions'
  const odd = [...schema.arguments, ...schema.returns].find((a) => typeOf(a.type) === null)
  if (odd) return `uses ${odd.type}, which has no JavaScript form`
  return null
}

/** The name without namespace and overload: `aten::add.Tensor` -> `add`. */
export function baseName(name: string): string {
  return name.slice(name.indexOf('::') + 2).split('.')[0]!
}

/**
 * The order in which overloads are tried: where one takes a list and another a single number, the number is meant for
 * the latter, since a list accepts one too. Then by name.
 */
export function orderOfTrial(a: Schema, b: Schema): number {
  const lists = (schema: Schema) =>
    schema.arguments.filter((arg) => isPositional(arg) && isNumberList(arg.type)).length
  return lists(a) - lists(b) || (a.name < b.name ? -1 : 1)
}

/** The function's TypeScript signature, `(self: Tensor, other: number, options?: {...}): Tensor`. */
export function signatureOf(schema: Schema, asMethod: boolean): string {
  const args = asMethod ? schema.arguments.slice(1) : schema.arguments
  const parameters = args.filter(isPositional).map((a) => `${parameterName(a)}: ${argumentType(a)}`)
  const options = args.filter((a) => !isPositional(a))
  if (options.length > 0) {
    const fields = options.map((a) => `${camelCase(a.name)}${a.hasDefault ? '?' : ''}: ${argumentType(a)}`)
    const may = options.every((a) => a.hasDefault) ? '?' : ''
    parameters.push(`options${may}: { ${fields.join('; ')} }`)
  }
  return `(${parameters.join(', ')}): ${returnTypeOf(schema)}`
}

// The Tensor class has these itself, with a form that suits JavaScript better.
const ownMembers = new Set(['item', 'numel', 'to', 'requiresGrad_'])

/** Whether the operator is also a method: its first argument is the tensor `self`. */
export function isMethod(schema: Schema): boolean {
  if (ownMembers.has(camelCase(baseName(schema.name)))) return false
  const first = schema.arguments[0]
  return first !== undefined && first.name === 'self' && first.type === 'Tensor' && isPositional(first)
}

const reserved = new Set([
  'function',
  'default',
  'new',
  'in',
  'with',
  'this',
  'case',
  'return',
  'var',
  'const',
])

function parameterName(argument: NativeArgument): string {
  const name = camelCase(argument.name)
  return reserved.has(name) ? `${name}_` : name
}

function returnTypeOf(schema: Schema): string {
  const types = schema.returns.map((r) => typeOf(r.type)!)
  if (types.length === 0) return 'void'
  return types.length === 1 ? types[0]! : `[${types.join(', ')}]`
}

const plain: Record<string, string> = {
  Tensor: 'Tensor',
  Scalar: 'Scalar',
  number: 'Scalar',
  int: 'number',
  SymInt: 'number',
  float: 'number',
  bool: 'boolean',
  str: 'string',
  Device: 'string',
  ScalarType: 'DType',
  MemoryFormat: 'MemoryFormat',
  Layout: 'string',
  Generator: 'Generator',
}

/** Losses take their reduction as a plain integer. */
function argumentType(argument: NativeArgument): string {
  return argument.name === 'reduction' && argument.type === 'int' ? 'Reduction' : typeOf(argument.type)!
}

const listPattern = /^(.*)\[\d*\]\??$/

function isNumberList(schemaType: string): boolean {
  const element = listPattern.exec(schemaType)?.[1]
  return element === 'int' || element === 'SymInt' || element === 'float'
}

function typeOf(schemaType: string): string | null {
  if (schemaType.endsWith('?')) {
    const inner = typeOf(schemaType.slice(0, -1))
    return inner && `${inner} | null`
  }
  const list = listPattern.exec(schemaType)
  if (list) {
    const inner = typeOf(list[1]!)
    if (!inner) return null
    const many = `readonly ${/\W/.test(inner) ? `(${inner})` : inner}[]`
    return isNumberList(schemaType) ? `number | ${many}` : many
  }
  return plain[schemaType] ?? null
}
