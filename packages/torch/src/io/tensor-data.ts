// A tensor as a file holds it: element type, shape and little-endian bytes in row-major order. Needs no libtorch.

/** A tensor outside of libtorch. `data` may be a view into a larger buffer, at any alignment. */
export interface TensorData {
  /** PyTorch's name of the element type: 'float32', 'int64', 'bool', ... */
  readonly dtype: string
  readonly shape: readonly number[]
  /** Elements in row-major order, little-endian; `shape`'s product times the element's bytes long. */
  readonly data: Uint8Array
}

/** Bytes of one element, for every element type that the readers know. */
export const bytesPerElement: ReadonlyMap<string, number> = new Map([
  ['bool', 1],
  ['uint8', 1],
  ['int8', 1],
  ['float8_e4m3fn', 1],
  ['float8_e5m2', 1],
  ['int16', 2],
  ['uint16', 2],
  ['float16', 2],
  ['bfloat16', 2],
  ['int32', 4],
  ['uint32', 4],
  ['float32', 4],
  ['int64', 8],
  ['uint64', 8],
  ['float64', 8],
  ['complex64', 8],
  ['complex128', 16],
])

/**
 * The number of elements of a shape, or undefined where a dimension is not a whole number from 0 up, or a partial
 * product (left to right, as the safetensors reference multiplies) exceeds 2^53 - 1.
 */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined
    count *= size
    if (count > Number.MAX_SAFE_INTEGER) return undefined
  }
  return count
}
