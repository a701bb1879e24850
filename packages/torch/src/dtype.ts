// Element types: PyTorch's names, and the typed array that holds each one in JavaScript.

export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool'

export type MemoryFormat = 'contiguous_format' | 'channels_last' | 'preserve_format'

export type TypedArray =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array

/** The bytes of a contiguous tensor as the typed array of its dtype; the 16-bit floats must be widened first. */
export function viewAs(dtype: DType, bytes: ArrayBuffer): TypedArray {
  switch (dtype) {
    case 'float32':
      return new Float32Array(bytes)
    case 'float64':
      return new Float64Array(bytes)
    case 'int64':
      return new BigInt64Array(bytes)
    case 'int32':
      return new Int32Array(bytes)
    case 'int16':
      return new Int16Array(bytes)
    case 'int8':
      return new Int8Array(bytes)
    case 'uint8':
    case 'bool':
      return new Uint8Array(bytes)
    default:
      throw new TypeError(`${dtype} has no typed array: convert to float32 first`)
  }
}

/** The dtype that a typed array carries, without conversion. */
export function dtypeOf(data: NodeJS.TypedArray): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof BigInt64Array) return 'int64'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Int16Array) return 'int16'
  if (data instanceof Int8Array) return 'int8'
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'uint8'
  throw new TypeError(`${data.constructor.name} has no matching dtype`)
}

/** What the integer dtypes hold; of int64, what a JavaScript number can say. */
const integerRange: { readonly [dtype in DType]?: readonly [number, number] } = {
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int8: [-128, 127],
  uint8: [0, 255],
}

/**
 * A typed array of the dtype holding these numbers. Throws TypeError for the 16-bit floats, and for a fraction or a
 * number out of range where the dtype is an integer.
 */
export function packNumbers(dtype: DType, numbers: readonly number[]): TypedArray {
  const range = integerRange[dtype]
  const misfit =
    range && numbers.find((value) => !(Number.isInteger(value) && value >= range[0] && value <= range[1]))
  if (misfit !== undefined) throw new TypeError(`${dtype} cannot hold ${misfit}`)
  switch (dtype) {
    case 'float32':
      return Float32Array.from(numbers)
    case 'float64':
      return Float64Array.from(numbers)
    case 'int64':
      return BigInt64Array.from(numbers, (value) => BigInt(value))
    case 'int32':
      return Int32Array.from(numbers)
    case 'int16':
      return Int16Array.from(numbers)
    case 'int8':
      return Int8Array.from(numbers)
    case 'uint8':
      return Uint8Array.from(numbers)
    case 'bool':
      return Uint8Array.from(numbers, (value) => (value ? 1 : 0))
    default:
      throw new TypeError(`numbers cannot be packed as ${dtype}: pack as float32 and convert`)
  }
}
