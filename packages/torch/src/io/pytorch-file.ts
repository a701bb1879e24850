// Files of torch.save, without Python and without executing anything: the zip format (PyTorch 1.6 and newer) and the
// sequence of pickles before it (torch/serialization.py). Tensors come as TorchTensor, all else as pickle.ts has it.

import { FormatError } from '../errors.ts'
import { numpyConstructors } from './numpy-arrays.ts'
import { decodePickle } from './pickle.ts'
import type { Refuse } from './pickle-values.ts'
import { storageDtype, TorchStorage, torchConstructors } from './pytorch-tensors.ts'
import { readWholeFile } from './read-file.ts'
import { bytesPerElement } from './tensor-data.ts'
import { ZipArchive } from './zip.ts'

const known = new Map([...torchConstructors, ...numpyConstructors])

// The first pickle of the format before 1.6, and the version in the second.
const legacyMagic = 0x1950a86a20f9469cfc6cn
const legacyProtocol = 1001

/**
 * Reads what torch.save wrote, as data.
 * @returns the saved value: dictionaries are Maps, tensors TorchTensors, objects of other classes inert records
 * @throws FormatError when the file is no such file, damaged, big-endian, or TorchScript
 */
export function readPyTorchFile(file: string): unknown {
  return decodePyTorchFile(readWholeFile(file), file)
}

/** As {@link readPyTorchFile}, from bytes; `file` names them in errors. */
export function decodePyTorchFile(bytes: Uint8Array, file: string): unknown {
  if (isZip(bytes)) return decodeZip(new ZipArchive(bytes, file))
  if (Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar')
    throw new FormatError(
      file,
      'is of the tar format of PyTorch before 0.2: load and save it with a newer PyTorch',
    )
  if (bytes[0] === 0x80) return decodeLegacy(bytes, file)
  throw new FormatError(
    file,
    'is not a file of torch.save: it begins neither as a zip archive nor as a pickle',
    {
      offset: 0,
    },
  )
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)
}

function decodeZip(zip: ZipArchive): unknown {
  const { file } = zip
  const pickles = zip.names().filter((name) => /^[^/]+\/data\.pkl$/.test(name))
  if (pickles.length !== 1)
    throw new FormatError(file, 'is a zip archive without a data.pkl: not a file of torch.save')
  const folder = pickles[0].slice(0, -'data.pkl'.length)
  if (zip.size(`${folder}constants.pkl`) !== undefined)
    throw new FormatError(file, 'is a TorchScript program: save model.state_dict() with torch.save instead')
  const order = zip.size(`${folder}byteorder`) === undefined ? 'little' : text(zip.read(`${folder}byteorder`))
  if (order !== 'little')
    throw new FormatError(file, `has ${order}-endian numbers: save it again on a little-endian machine`)

  const storages = new Map<string, TorchStorage>()
  const persistent = (id: unknown, refuse: Refuse): unknown => {
    const { key, dtype, length } = storageId(id, refuse)
    let storage = storages.get(key)
    if (storage === undefined) {
      const name = `${folder}data/${key}`
      const stored = zip.size(name)
      const needed = length * bytesPerElement.get(dtype)!
      if (stored !== needed)
        refuse(
          `storage "${key}" of ${length} ${dtype} takes ${needed} bytes, the archive has ${stored ?? 'none'}`,
        )
      let content: Uint8Array | undefined
      storage = new TorchStorage(dtype, length, () => (content ??= zip.read(name)))
      storages.set(key, storage)
    }
    return sameType(storage, dtype, length, refuse)
  }
  return decodePickle(zip.read(pickles[0]), { file: `${file}(${pickles[0]})`, known, persistent }).value
}

function decodeLegacy(bytes: Uint8Array, file: string): unknown {
  const fail = (message: string, offset?: number): never => {
    throw new FormatError(file, message, { offset })
  }
  let at = 0
  const next = (persistent?: (id: unknown, refuse: Refuse) => unknown): unknown => {
    const { value, end } = decodePickle(bytes, { file, start: at, known, persistent })
    at = end
    return value
  }
  if (next() !== legacyMagic) fail('is a plain pickle, not a file of torch.save', 0)
  if (next() !== legacyProtocol) fail('is of an unknown version of the format before PyTorch 1.6', at)
  const system = next()
  if (!(system instanceof Map) || system.get('little_endian') !== true)
    fail('has big-endian numbers: save it again on a little-endian machine', at)

  const storages = new Map<string, TorchStorage>()
  const contents = new Map<string, Uint8Array>()
  const value = next((id, refuse) => {
    const { key, dtype, length, view } = storageId(id, refuse)
    let storage = storages.get(key)
    if (storage === undefined) {
      storage = new TorchStorage(dtype, length, () => contents.get(key)!)
      storages.set(key, storage)
    }
    sameType(storage, dtype, length, refuse)
    return view === null ? storage : part(storage, view, refuse)
  })

  const keys = next()
  if (!Array.isArray(keys) || new Set(keys).size !== keys.length || keys.length !== storages.size)
    return fail('the list of storages does not name each storage once', at)
  for (const key of keys) {
    const storage = storages.get(String(key)) ?? fail(`the storage "${key}" belongs to no tensor`, at)
    if (at + 8 > bytes.byteLength) fail('a storage was expected: the file is cut short', at)
    const length = Buffer.from(bytes.buffer, bytes.byteOffset + at, 8).readBigInt64LE()
    if (length !== BigInt(storage.length))
      fail(`storage "${key}" has ${length} elements, not ${storage.length}`, at)
    const end = at + 8 + storage.length * bytesPerElement.get(storage.dtype)!
    if (end > bytes.byteLength) fail(`storage "${key}" ends at ${end}, after the file: it is cut short`, at)
    contents.set(String(key), bytes.subarray(at + 8, end))
    at = end
  }
  if (at !== bytes.byteLength) fail(`${bytes.byteLength - at} bytes follow the last storage`, at)
  return value
}

interface StorageId {
  key: string
  dtype: string
  length: number
  /** Offset and length of the part that is meant, before PyTorch 1.6; null for the whole. */
  view: [number, number] | null
}

/** ('storage', class, key, device, elements), before 1.6 with null or (key, offset, elements) behind. */
function storageId(id: unknown, refuse: Refuse): StorageId {
  if (!Array.isArray(id) || id[0] !== 'storage') return refuse('a reference that is no storage')
  const [, type, key, , length, view] = id
  const dtype = storageDtype(type)
  if (dtype === undefined)
    return refuse(`storages of type ${(type as { global?: string })?.global} are not read`)
  if (typeof key !== 'string' || !/^[\w.-]+$/.test(key)) return refuse('a storage has no proper key')
  if (!isCount(length)) return refuse(`storage "${key}" has no proper length`)
  if (view == null) return { key, dtype, length, view: null }
  if (!Array.isArray(view) || !isCount(view[1]) || !isCount(view[2]) || view[1] + view[2] > length)
    return refuse(`a part of storage "${key}" reaches out of it`)
  return { key, dtype, length, view: [view[1], view[2]] }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 48
}

function sameType(storage: TorchStorage, dtype: string, length: number, refuse: Refuse): TorchStorage {
  if (storage.dtype !== dtype || storage.length !== length) refuse('a storage is described in two ways')
  return storage
}

function part(storage: TorchStorage, [offset, length]: [number, number], refuse: Refuse): TorchStorage {
  const itemBytes = bytesPerElement.get(storage.dtype) ?? refuse('a storage has no element size')
  return new TorchStorage(storage.dtype, length, () =>
    storage.bytes.subarray(offset * itemBytes, (offset + length) * itemBytes),
  )
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').trim()
}
