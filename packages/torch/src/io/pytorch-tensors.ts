// Tensors in the pickles of torch.save: storages, and the views of them that its rebuild functions describe
// (torch/_utils.py, torch/serialization.py). Their bytes are looked up when they are asked for.

import { materialise } from './materialise.ts'
import { type Constructor, PickleGlobal, PickleObject, type Refuse } from './pickle-values.ts'
import { bytesPerElement, elementCount, type TensorData } from './tensor-data.ts'

// More dimensions than libtorch itself can iterate.
const maxDimensions = 64

// A view may be larger than its storage (expanded dimensions), within these bounds.
const expandedBytes = 64 * 1024 * 1024
const expandedRatio = 16

const storageDtypes: ReadonlyMap<string, string> = new Map([
  ['DoubleStorage', 'float64'],
  ['FloatStorage', 'float32'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
  ['ComplexFloatStorage', 'complex64'],
  ['ComplexDoubleStorage', 'complex128'],
  ['UntypedStorage', 'uint8'],
  ['_UntypedStorage', 'uint8'],
])

/** A run of elements that tensors are views of. */
export class TorchStorage {
  readonly dtype: string
  /** Elements. */
  readonly length: number
  readonly #bytes: () => Uint8Array

  constructor(dtype: string, length: number, bytes: () => Uint8Array) {
    this.dtype = dtype
    this.length = length
    this.#bytes = bytes
  }

  get bytes(): Uint8Array {
    return this.#bytes()
  }
}

/** A tensor of a checkpoint. */
export class TorchTensor implements TensorData {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly #storage: TorchStorage
  readonly #offset: number
  readonly #strides: readonly number[]

  constructor(storage: TorchStorage, dtype: string, offset: number, shape: number[], strides: number[]) {
    this.dtype = dtype
    this.shape = shape
    this.#storage = storage
    this.#offset = offset
    this.#strides = strides
  }

  /** Row-major, whatever the strides are: a view of the file where it can be, otherwise a copy. */
  get data(): Uint8Array {
    const itemBytes = bytesPerElement.get(this.dtype)!
    return materialise(this.#storage.bytes, itemBytes, this.#offset, this.shape, this.#strides)
  }
}

/**
 * The element type that a storage class stands for, or undefined when `type` is none that is known (quantised types
 * and those of other devices).
 */
export function storageDtype(type: unknown): string | undefined {
  if (!(type instanceof PickleGlobal)) return undefined
  const match = /^torch(?:\.storage|\.cuda)?\.(\w+)$/.exec(type.global)
  return match ? storageDtypes.get(match[1]) : undefined
}

function view(
  storage: unknown,
  offset: unknown,
  shape: unknown,
  strides: unknown,
  dtype: string | undefined,
  refuse: Refuse,
): TorchTensor | undefined {
  if (!(storage instanceof TorchStorage) || dtype === undefined) return undefined
  if (!isCounts([offset]) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length)
    return refuse(
      `a tensor has offset ${offset}, shape [${shape}] and strides [${strides}]: whole numbers from 0 up`,
    )
  if (shape.length > maxDimensions) return refuse(`a tensor has ${shape.length} dimensions`)
  const count = elementCount(shape)
  if (count === undefined) return refuse(`a tensor of shape [${shape}] is too large`)
  const itemBytes = bytesPerElement.get(dtype)!
  const stored = storage.length * bytesPerElement.get(storage.dtype)!
  if (count > 0) {
    const last = shape.reduce((sum, length, i) => sum + (length - 1) * strides[i], offset as number)
    if ((last + 1) * itemBytes > stored)
      return refuse(`a tensor of shape [${shape}] reaches element ${last} of a storage of ${stored} bytes`)
  }
  if (count * itemBytes > Math.max(expandedBytes, expandedRatio * stored))
    return refuse(`a tensor of shape [${shape}] repeats a storage of ${stored} bytes too often`)
  return new TorchTensor(storage, dtype, offset as number, shape, strides)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)
}

function dtypeOf(storage: unknown): string | undefined {
  return storage instanceof TorchStorage ? storage.dtype : undefined
}

const rebuildTensor: Constructor = ([storage, offset, shape, strides], refuse) =>
  view(storage, offset, shape, strides, dtypeOf(storage), refuse)

const rebuildTensor3: Constructor = ([storage, offset, shape, strides, , , dtype], refuse) => {
  const name = dtype instanceof PickleGlobal ? dtype.global.replace(/^torch\./, '') : ''
  return view(storage, offset, shape, strides, bytesPerElement.has(name) ? name : undefined, refuse)
}

const rebuildParameter: Constructor = ([data]) => (data instanceof TorchTensor ? data : undefined)

// Subclasses of tensors, and tensors with attributes: only the plain tensor in them is read.
const rebuildFromType: Constructor = ([rebuild, , args], refuse) => {
  const known = rebuild instanceof PickleGlobal ? rebuilders.get(rebuild.global) : undefined
  return known && Array.isArray(args) ? known(args, refuse) : undefined
}

const rebuilders: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildTensor3],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
])

/** The constructors of PyTorch for `PickleOptions.known`. */
export const torchConstructors: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ...rebuilders,
  ['torch._tensor._rebuild_from_type_v2', rebuildFromType],
  ['torch.Size', ([sizes = []]) => (isCounts(sizes) ? sizes : undefined)],
  ['torch.device', ([type, index]) => (typeof type === 'string' ? deviceName(type, index) : undefined)],
])

function deviceName(type: string, index: unknown): string {
  return typeof index === 'number' ? `${type}:${index}` : type
}

/** The kind of tensor that was left unread (sparse, quantised, of an unknown element type), or undefined. */
export function unreadTensor(value: unknown): string | undefined {
  return value instanceof PickleObject && /^torch\._(utils|tensor)\._rebuild/.test(value.global)
    ? value.global
    : undefined
}
