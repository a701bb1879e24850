// The tensor: a handle to libtorch's, with its metadata, its data, its gradient and its lifetime.
// The operators themselves come from operators.ts, typed by the generated interface merged in below.

import { call } from './dispatch.ts'
import { type DType, type MemoryFormat, type TypedArray, viewAs } from './dtype.ts'
import { DisposedError } from './errors.ts'
import { attempt } from './failure.ts'
import { type Handle, native } from './native.ts'
import type { TensorMethods } from './ops.generated.ts'
import { currentScope, type Scope } from './scope.ts'

// The net under scopes: frees the native tensor of a JavaScript object that was collected without dispose().
const collected = new FinalizationRegistry<Handle>((handle) => native.free(handle))

function leaveToCollector(tensor: Tensor, handle: Handle): void {
  collected.register(tensor, handle, tensor)
  native.leaveToCollector()
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: operators.ts installs every method the interface promises
export class Tensor {
  #handle: Handle | null
  #owner: Scope | null

  /** Takes over a native handle. Use `tensor()` or an operator to make one. */
  constructor(handle: Handle) {
    this.#handle = handle
    this.#owner = currentScope()
    if (this.#owner) this.#owner.add(this)
    else leaveToCollector(this, handle)
  }

  /** The native handle; throws DisposedError after dispose(). */
  get handle(): Handle {
    if (this.#handle === null) throw new DisposedError()
    return this.#handle
  }

  /** The scope that will free this tensor, or null. */
  get owner(): Scope | null {
    return this.#owner
  }

  get disposed(): boolean {
    return this.#handle === null
  }

  /** Lengths of the dimensions, outermost first. */
  get shape(): readonly number[] {
    return attempt('Tensor.shape', [], () => native.shape(this.handle))
  }

  get dtype(): DType {
    return native.dtype(this.handle) as DType
  }

  /** `cpu`, `cuda:0`, ... */
  get device(): string {
    return native.device(this.handle)
  }

  /** Number of elements. */
  get numel(): number {
    return this.shape.reduce((product, length) => product * length, 1)
  }

  get requiresGrad(): boolean {
    return native.requiresGrad(this.handle)
  }

  /**
   * Turns gradient recording for this leaf tensor on or off; returns the tensor. Throws TorchError for integers, and
   * for turning it off where the tensor was computed from others.
   */
  requiresGrad_(value = true): this {
    attempt('Tensor.requiresGrad_', [this, value], () => native.setRequiresGrad(this.handle, value))
    return this
  }

  /** The accumulated gradient of a leaf tensor (same shape), or null. Each read is a new handle to it. */
  get grad(): Tensor | null {
    const handle = native.grad(this.handle)
    return handle === null ? null : new Tensor(handle)
  }

  /** Throws TorchError where shape, dtype or device differ from the tensor's own. */
  set grad(gradient: Tensor | null) {
    attempt('Tensor.grad', [this, gradient], () =>
      native.setGrad(this.handle, gradient === null ? null : gradient.handle),
    )
  }

  /**
   * Accumulates gradients into every leaf this tensor depends on.
   *
   * @param gradient of the same shape; may be left out when the tensor has one element
   * @param options.retainGraph keep the tape for a second pass
   * Throws TorchError, for instance without a history, or a second time.
   */
  backward(gradient?: Tensor, options: { retainGraph?: boolean } = {}): void {
    attempt('Tensor.backward', gradient ? [this, gradient] : [this], () =>
      native.backward([this.handle], gradient ? [gradient.handle] : null, options.retainGraph ?? false),
    )
  }

  /** The single element as a JavaScript number (true and false become 1 and 0). Throws TorchError for several. */
  item(): number {
    return attempt('Tensor.item', [this], () => Number(native.item(this.handle)))
  }

  /** A flat row-major copy of the data; 16-bit floats are widened to float32. */
  toArray(): TypedArray {
    const dtype = this.dtype
    if (dtype !== 'bfloat16' && dtype !== 'float16') return viewAs(dtype, this.#bytes())
    using wide = this.to({ dtype: 'float32' })
    return viewAs('float32', wide.#bytes())
  }

  /** The data as nested arrays of numbers; a number for a tensor without dimensions. */
  tolist(): NestedNumbers {
    const flat = Array.from(this.toArray() as ArrayLike<number | bigint>, Number)
    return nest(flat, this.shape, 0, { at: 0 })
  }

  /** This tensor with another dtype, device or memory format; a copy only where something changes. */
  to(options: { dtype?: DType; device?: string; memoryFormat?: MemoryFormat; copy?: boolean }): Tensor {
    return convert(this, options)
  }

  /** Frees the native tensor now. A second call does nothing. */
  dispose(): void {
    if (this.#handle === null) return
    native.free(this.#handle)
    this.#forget()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Hands the tensor to another scope (null: to whoever holds it). Used by scope() and keep(). */
  moveTo(scope: Scope | null): void {
    if (this.#owner === scope) return
    if (scope === null) leaveToCollector(this, this.handle)
    else {
      collected.unregister(this)
      scope.add(this)
    }
    this.#owner = scope
  }

  /** Gives the native handle away: this object becomes disposed, the tensor lives on. */
  release(): Handle {
    const handle = this.handle
    this.#forget()
    return handle
  }

  toString(): string {
    return this.disposed ? 'Tensor(disposed)' : `Tensor(${this.dtype}[${this.shape.join(', ')}])`
  }

  #forget(): void {
    if (this.#owner === null) collected.unregister(this)
    this.#owner = null
    this.#handle = null
  }

  #bytes(): ArrayBuffer {
    return attempt('Tensor.toArray', [this], () => native.toBytes(this.handle))
  }
}

export interface Tensor extends TensorMethods {}

export type NestedNumbers = number | NestedNumbers[]

function nest(
  flat: number[],
  shape: readonly number[],
  depth: number,
  cursor: { at: number },
): NestedNumbers {
  if (depth === shape.length) return flat[cursor.at++]!
  return Array.from({ length: shape[depth]! }, () => nest(flat, shape, depth + 1, cursor))
}

function convert(
  source: Tensor,
  options: { dtype?: DType; device?: string; memoryFormat?: MemoryFormat; copy?: boolean },
): Tensor {
  const { dtype = source.dtype, device = source.device, memoryFormat, copy } = options
  return call('aten::to.device', [source, device, dtype, false, copy ?? false, memoryFormat ?? null])
}
