// NumPy arrays, element types and scalars as pickles hold them (numpy/core/src/multiarray: `__reduce__` of ndarray
// and dtype), read into plain data. Arrays of Python objects, of text and of records are refused.

import { materialise } from './materialise.ts'
import { type Constructor, PickleObject, type Refuse, setState } from './pickle-values.ts'
import { elementCount, type TensorData } from './tensor-data.ts'

const dtypes: ReadonlyMap<string, readonly [string, number]> = new Map([
  ['b1', ['bool', 1]],
  ['u1', ['uint8', 1]],
  ['i1', ['int8', 1]],
  ['i2', ['int16', 2]],
  ['u2', ['uint16', 2]],
  ['f2', ['float16', 2]],
  ['i4', ['int32', 4]],
  ['u4', ['uint32', 4]],
  ['f4', ['float32', 4]],
  ['i8', ['int64', 8]],
  ['u8', ['uint64', 8]],
  ['f8', ['float64', 8]],
  ['c8', ['complex64', 8]],
  ['c16', ['complex128', 16]],
])

/** An element type: NumPy's code, as `f4`, and its byte order. */
class NumpyDtype {
  readonly code: string
  bigEndian = false

  constructor(code: string) {
    this.code = code
  }

  /** (version, byte order, subtype, names, fields, ...) */
  [setState](state: unknown, refuse: Refuse): void {
    if (!Array.isArray(state) || !['<', '>', '|', '='].includes(state[1] as string))
      refuse('the state of a numpy.dtype is malformed')
    if (state[2] != null || state[3] != null || state[4] != null)
      refuse('arrays of records and of subarrays are not read: save each field as an array of its own')
    this.bigEndian = state[1] === '>'
  }

  resolve(refuse: Refuse): readonly [string, number] {
    const code = this.code.replace(/^[<>|=]/, '')
    if (code.startsWith('O')) refuse('an array of Python objects is not read: save numbers only')
    return dtypes.get(code) ?? refuse(`arrays of element type '${this.code}' are not read: save numbers only`)
  }
}

/** An array: element type, shape, and little-endian bytes in row-major order. */
export class NumpyArray implements TensorData {
  dtype = 'float64'
  shape: number[] = [0]
  data: Uint8Array = new Uint8Array(0);

  /** (version, shape, dtype, column-major, bytes); very old arrays have no version. */
  [setState](state: unknown, refuse: Refuse): void {
    if (!Array.isArray(state)) refuse('the state of a numpy array is malformed')
    const [shape, dtype, columnMajor, content] = state.length === 4 ? state : state.slice(1)
    this.fill(shape, dtype, columnMajor === true, content, refuse)
  }

  fill(shape: unknown, dtype: unknown, columnMajor: boolean, content: unknown, refuse: Refuse): void {
    if (!(dtype instanceof NumpyDtype) || !Array.isArray(shape))
      refuse('the state of a numpy array is malformed')
    const [name, itemBytes] = dtype.resolve(refuse)
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
    const count = elementCount(shape)
    if (!(bytes instanceof Uint8Array) || count === undefined || count * itemBytes !== bytes.byteLength)
      refuse(`a numpy array of shape [${shape}] of ${name} does not have the bytes that it takes`)
    this.dtype = name
    this.shape = shape
    const strides: number[] = []
    for (let step = 1, i = 0; columnMajor && i < shape.length; step *= shape[i++]) strides.push(step)
    this.data = columnMajor && count > 0 ? materialise(bytes, itemBytes, 0, shape, strides) : bytes
    const swapped = dtype.bigEndian || /^>/.test(dtype.code)
    const width = name.startsWith('complex') ? itemBytes / 2 : itemBytes
    if (swapped && width > 1) this.data = swapBytes(this.data, width)
  }
}

function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  const copy = Buffer.from(bytes)
  return width === 2 ? copy.swap16() : width === 4 ? copy.swap32() : copy.swap64()
}

function reconstruct(): NumpyArray {
  return new NumpyArray()
}

const scalar: Constructor = ([dtype, content], refuse) => {
  if (content === undefined || content instanceof PickleObject) return undefined
  const array = new NumpyArray()
  array.fill([], dtype, false, content, refuse)
  const view = new DataView(array.data.buffer, array.data.byteOffset, array.data.byteLength)
  switch (array.dtype) {
    case 'bool':
      return view.getUint8(0) !== 0
    case 'uint8':
      return view.getUint8(0)
    case 'int8':
      return view.getInt8(0)
    case 'int16':
      return view.getInt16(0, true)
    case 'uint16':
      return view.getUint16(0, true)
    case 'int32':
      return view.getInt32(0, true)
    case 'uint32':
      return view.getUint32(0, true)
    case 'float32':
      return view.getFloat32(0, true)
    case 'float64':
      return view.getFloat64(0, true)
    case 'int64':
      return exact(view.getBigInt64(0, true))
    case 'uint64':
      return exact(view.getBigUint64(0, true))
    default:
      return array
  }
}

function exact(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

const fromBuffer: Constructor = ([content, dtype, shape, order], refuse) => {
  const array = new NumpyArray()
  array.fill(shape, dtype, order === 'F', content, refuse)
  return array
}

/** The constructors of NumPy, under the module names of NumPy 1 and 2, for `PickleOptions.known`. */
export const numpyConstructors: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['numpy.dtype', ([code]) => (typeof code === 'string' ? new NumpyDtype(code) : undefined)],
  ...['numpy.core', 'numpy._core'].flatMap((module): [string, Constructor][] => [
    [`${module}.multiarray._reconstruct`, reconstruct],
    [`${module}.multiarray.scalar`, scalar],
    [`${module}.numeric._frombuffer`, fromBuffer],
  ]),
])
