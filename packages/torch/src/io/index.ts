// The door of `@oltr/torch/io`: tensors in files. Readers of foreign files check everything and execute nothing.

export { FormatError, WriteError } from '../errors.ts'
export { NumpyArray, numpyConstructors } from './numpy-arrays.ts'
export { decodePickle, type PickleOptions } from './pickle.ts'
export { PickleGlobal, PickleObject } from './pickle-values.ts'
export {
  type CheckpointOptions,
  decodePyTorchCheckpoint,
  readPyTorchCheckpoint,
} from './pytorch-checkpoint.ts'
export { decodePyTorchFile, readPyTorchFile } from './pytorch-file.ts'
export { TorchTensor } from './pytorch-tensors.ts'
export {
  decodeSafetensors,
  type ReadSafetensorsOptions,
  readSafetensors,
  type Safetensors,
} from './read-safetensors.ts'
export { bytesPerElement, type TensorData } from './tensor-data.ts'
export {
  type LoadedTensors,
  type LoadOptions,
  loadStateDict,
  loadTensors,
  saveTensors,
  tensorFromData,
  tensorToData,
} from './tensors.ts'
export { encodeSafetensors, type WriteSafetensorsOptions, writeSafetensors } from './write-safetensors.ts'
export { ZipArchive, type ZipOptions } from './zip.ts'
