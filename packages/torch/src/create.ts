// Tensors from JavaScript values.

import { type DType, dtypeOf, packNumbers } from './dtype.ts'
import { attempt } from './failure.ts'
import { native } from './native.ts'
import { Tensor } from './tensor.ts'

export type NestedArray = readonly (number | boolean | NestedArray)[]

/**
 * A tensor holding a copy of `data`.
 *
 * @param data a number, nested arrays of numbers (rectangular), or a typed array
 * @param options.dtype default: float32 for numbers, bool for booleans, the array's own type for typed arrays
 * @param options.shape for typed arrays; default one dimension
 * Throws TypeError for ragged arrays, a shape that does not fit the data, and numbers that an integer dtype cannot hold;
 * TorchError for a device that is not there.
 */
export function tensor(
  data: number | boolean | NestedArray | NodeJS.TypedArray,
  options: { dtype?: DType; shape?: readonly number[]; device?: string; requiresGrad?: boolean } = {},
): Tensor {
  const isTyped = ArrayBuffer.isView(data)
  const made = isTyped ? fromTyped(data, options.shape) : fromNested(data, options.shape, options.dtype)
  const result = converted(made, options.dtype, options.device)
  if (!options.requiresGrad) return result
  try {
    return result.requiresGrad_()
  } catch (error) {
    result.dispose()
    throw error
  }
}

function fromTyped(data: NodeJS.TypedArray, shape?: readonly number[]): Tensor {
  const dtype = dtypeOf(data)
  const dims = shape ?? [data.length]
  checkCount(dims, data.length)
  return fromBytes(data, dims, dtype)
}

function fromNested(data: number | boolean | NestedArray, shape?: readonly number[], dtype?: DType): Tensor {
  const found: number[] = []
  const numbers: number[] = []
  let onlyBooleans = true
  const visit = (value: number | boolean | NestedArray, depth: number): void => {
    if (typeof value === 'number' || typeof value === 'boolean') {
      if (depth !== found.length) throw new TypeError('nested arrays must be rectangular')
      if (typeof value === 'number') onlyBooleans = false
      numbers.push(Number(value))
      return
    }
    if (!Array.isArray(value)) throw new TypeError(`expected numbers or booleans, got ${String(value)}`)
    if (depth === found.length && numbers.length === 0) found.push(value.length)
    else if (found[depth] !== value.length) throw new TypeError('nested arrays must be rectangular')
    for (const item of value) visit(item, depth + 1)
  }
  visit(data, 0)
  const dims = shape ?? found
  checkCount(dims, numbers.length)
  const wanted = dtype ?? (onlyBooleans && numbers.length > 0 ? 'bool' : 'float32')
  const packed = wanted === 'bfloat16' || wanted === 'float16' ? 'float32' : wanted
  return fromBytes(packNumbers(packed, numbers), dims, packed)
}

function fromBytes(data: NodeJS.TypedArray, shape: readonly number[], dtype: DType): Tensor {
  const handle = attempt('tensor', [`${dtype}[${shape.join(', ')}]`], () =>
    native.fromBytes(data, shape, dtype),
  )
  return new Tensor(handle)
}

function checkCount(shape: readonly number[], count: number): void {
  const needed = shape.reduce((product, length) => product * length, 1)
  if (needed !== count)
    throw new TypeError(`shape [${shape.join(', ')}] needs ${needed} values, got ${count}`)
}

function converted(source: Tensor, dtype?: DType, device?: string): Tensor {
  if ((!dtype || dtype === source.dtype) && (!device || device === source.device)) return source
  try {
    return source.to({ dtype, device })
  } finally {
    source.dispose()
  }
}
