// libtorch for TypeScript: tensors, every operator, gradients, lifetime, random state.

export { autocast, enableGrad, gradients, noGrad } from './autograd.ts'
export { type NestedArray, tensor } from './create.ts'
export { call, findOperator, type Operator } from './dispatch.ts'
export type { DType, MemoryFormat, TypedArray } from './dtype.ts'
export { DisposedError, FormatError, TorchError } from './errors.ts'
export { type LibraryInfo, libraryInfo, setThreads } from './library.ts'
export { ops } from './operators.ts'
export { Generator, getRngState, manualSeed, setRngState } from './random.ts'
export { keep, liveBytes, liveTensors, scope } from './scope.ts'
export { type NestedNumbers, Tensor } from './tensor.ts'
