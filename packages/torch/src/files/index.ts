// The door of `@oltr/torch/files`: files that are written whole or not at all, checksums, and the readers of foreign
// formats as plain data. No tensor, no addon: usable where libtorch is not.

export { FormatError, WriteError } from '../errors.ts'
export { NumpyArray, numpyConstructors } from '../io/numpy-arrays.ts'
export { decodePickle, type PickleOptions } from '../io/pickle.ts'
export { PickleGlobal, PickleObject } from '../io/pickle-values.ts'
export {
  decodeSafetensors,
  type ReadSafetensorsOptions,
  readSafetensors,
  type Safetensors,
} from '../io/read-safetensors.ts'
export type { TensorData } from '../io/tensor-data.ts'
export { encodeSafetensors, type WriteSafetensorsOptions, writeSafetensors } from '../io/write-safetensors.ts'
export { ZipArchive, type ZipOptions } from '../io/zip.ts'
export type { FileData, WriteOptions } from './atomic-write.ts'
export { writeFileAtomic, writeFileAtomicSync } from './atomic-write.ts'
export { sha256, sha256File, sha256FileSync } from './checksum.ts'
export { nameFault, textOfName } from './file-names.ts'
export { removeStaleTemporaries } from './temporary-name.ts'
