// Tensors to and from files: safetensors with a checksum for what this library saves, and the state dicts of others.

import type { DType } from '../dtype.ts'
import { FormatError } from '../errors.ts'
import { native } from '../native.ts'
import { Tensor } from '../tensor.ts'
import { type CheckpointOptions, decodePyTorchCheckpoint } from './pytorch-checkpoint.ts'
import { isZip } from './pytorch-file.ts'
import { readWholeFile } from './read-file.ts'
import { decodeSafetensors, type ReadSafetensorsOptions, readSafetensors } from './read-safetensors.ts'
import type { TensorData } from './tensor-data.ts'
import { writeSafetensors } from './write-safetensors.ts'

export interface LoadOptions {
  /** Where the tensors go: `cpu` (default), `cuda:0`, ... */
  device?: string
}

export interface LoadedTensors {
  /** In the order in which they were saved. The caller, or the scope it runs in, frees them. */
  tensors: Map<string, Tensor>
  metadata: Record<string, string>
  /** The verified checksum of the file; undefined when the file has none. */
  sha256: string | undefined
}

// What the bridge can hold; files may have others.
const bridged: ReadonlySet<string> = new Set<DType>([
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
])

/**
 * Saves tensors, of any device and memory layout, to a safetensors file with a checksum, all or nothing: killed or
 * out of space, the file of before is what remains. Exact: {@link loadTensors} gives the same bits.
 *
 * @param metadata strings to keep with them
 * @returns the file's checksum (64 hexadecimal digits)
 * @throws WriteError when the disk does not take it; FormatError for a name or metadata that the format cannot hold
 */
export function saveTensors(
  file: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): string {
  const plain = new Map<string, TensorData>()
  for (const [name, tensor] of tensors) plain.set(name, tensorToData(tensor))
  return writeSafetensors(file, plain, { metadata, checksum: true })!
}

/**
 * Loads a safetensors file. A checksum is verified when the file has one; with `requireChecksum` it must have one,
 * as everything does that {@link saveTensors} wrote.
 * @throws FormatError when the file is damaged in any way, or has an element type that libtorch does not hold here
 */
export function loadTensors(file: string, options: LoadOptions & ReadSafetensorsOptions = {}): LoadedTensors {
  const { tensors, metadata, sha256 } = readSafetensors(file, options)
  return { tensors: toTensors(tensors, file, options), metadata, sha256 }
}

/**
 * Loads a state dict from a safetensors file or from a file of torch.save; which of them is seen by its contents.
 * No pickle is executed. In a safetensors file, `key` chooses the tensors whose names begin with it and a dot.
 * @throws FormatError as the two readers do
 */
export function loadStateDict(
  file: string,
  options: LoadOptions & CheckpointOptions = {},
): Map<string, Tensor> {
  const bytes = readWholeFile(file)
  const isSafetensors = bytes[8] === 0x7b && !isZip(bytes)
  const plain = isSafetensors
    ? renamed(decodeSafetensors(bytes, file).tensors, file, options)
    : decodePyTorchCheckpoint(bytes, file, options)
  return toTensors(plain, file, options)
}

/** A tensor's contents as a file holds them: a copy of its elements in row-major order. */
export function tensorToData(tensor: Tensor): TensorData {
  return {
    dtype: tensor.dtype,
    shape: [...tensor.shape],
    data: new Uint8Array(native.toBytes(tensor.handle)),
  }
}

/**
 * A tensor with a copy of `data`.
 * @param place names the file and the tensor, for the FormatError when libtorch cannot hold it
 */
export function tensorFromData(
  data: TensorData,
  place: { file: string; name: string },
  device = 'cpu',
): Tensor {
  const { dtype, shape } = data
  if (!bridged.has(dtype))
    throw new FormatError(
      place.file,
      `tensor "${place.name}" is ${dtype}, which cannot be loaded: convert it first`,
    )
  // libtorch computes with the bytes of a bool as they are: any other than 0 and 1 would give wrong results later.
  if (dtype === 'bool' && data.data.some((byte) => byte > 1))
    throw new FormatError(place.file, `tensor "${place.name}" is bool, but has bytes other than 0 and 1`)
  const made = new Tensor(native.fromBytes(data.data, shape, dtype))
  if (device === 'cpu') return made
  try {
    return made.to({ device })
  } finally {
    made.dispose()
  }
}

function toTensors(
  plain: ReadonlyMap<string, TensorData>,
  file: string,
  { device }: LoadOptions,
): Map<string, Tensor> {
  const made = new Map<string, Tensor>()
  try {
    for (const [name, data] of plain) made.set(name, tensorFromData(data, { file, name }, device))
    return made
  } catch (error) {
    for (const tensor of made.values()) tensor.dispose()
    throw error
  }
}

function renamed(
  tensors: ReadonlyMap<string, TensorData>,
  file: string,
  { key, stripPrefix = '' }: CheckpointOptions,
): Map<string, TensorData> {
  const result = new Map<string, TensorData>()
  for (const [name, data] of tensors) {
    if (key !== undefined && !name.startsWith(`${key}.`)) continue
    const below = key === undefined ? name : name.slice(key.length + 1)
    const short = below.startsWith(stripPrefix) ? below.slice(stripPrefix.length) : below
    if (result.has(short)) throw new FormatError(file, `two tensors are named "${short}"`)
    result.set(short, data)
  }
  if (result.size === 0)
    throw new FormatError(file, key === undefined ? 'holds no tensors' : `has no "${key}"`)
  return result
}
