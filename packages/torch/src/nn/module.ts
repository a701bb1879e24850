// The base of every network: a tree of modules whose tensors are found by walking properties.
// Agrees with torch.nn.Module: the same state-dict keys (in snake_case), the same train/eval and strict loading.

import { TorchError } from '../errors.ts'
import { call, noGrad, scope, Tensor } from '../index.ts'
import { Parameter } from './parameter.ts'

/** Where `Module.to` moves a module: only floating-point tensors change dtype, as in PyTorch. */
export interface Placement {
  device?: string
  dtype?: 'float32' | 'float64' | 'float16' | 'bfloat16'
  memoryFormat?: 'channels_last' | 'contiguous_format'
}

export interface LoadReport {
  /** Keys the module has and the state lacks. */
  missing: string[]
  /** Keys the state has and the module lacks. */
  unexpected: string[]
}

/** `runningMean` -> `running_mean`: the key PyTorch gives the same tensor. */
export function stateKey(property: string): string {
  return property.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase()
}

/**
 * Own enumerable properties are the module's content: a `Parameter` is a parameter, any other `Tensor` a buffer, a
 * `Module` a child, an array of these a list with indexed keys. What must not be saved lives in a #private field.
 */
export abstract class Module {
  training = true

  /** The named things this module holds. Overridden only where names are not property names (`Sequential`). */
  protected members(): Iterable<readonly [string, unknown]> {
    return Object.entries(this).map(([name, value]) => [stateKey(name), value] as const)
  }

  /** Keys of this module (not of its children) that a strict load forgives when they are missing. */
  protected optionalState(): readonly string[] {
    return []
  }

  /** Direct children, in the order of their definition; members of arrays are named `list.0`, `list.1`. */
  namedChildren(): [string, Module][] {
    return this.#content().filter((entry): entry is [string, Module] => entry[1] instanceof Module)
  }

  /** This module (named '') and all below it, parents first; a module reached twice is listed once. */
  namedModules(): [string, Module][] {
    const found = new Map<Module, string>()
    this.#collect('', found)
    return [...found].map(([module, name]) => [name, module])
  }

  modules(): Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /** Parameters by state-dict key; one shared by several modules is listed once, under its first name. */
  namedParameters(): [string, Parameter][] {
    return unique(
      this.#state().filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter),
    )
  }

  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter)
  }

  /** Buffers (tensors that are saved, not trained) by state-dict key. */
  namedBuffers(): [string, Tensor][] {
    return unique(this.#state().filter(([, tensor]) => !(tensor instanceof Parameter)))
  }

  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer)
  }

  /** The live tensors by PyTorch's keys, not copies: save or clone them before the next step, and never dispose them. */
  stateDict(): Map<string, Tensor> {
    return new Map(this.#state())
  }

  /**
   * Copies `state` into this module's tensors, in place, converting dtype and device.
   * Everything is checked before anything is copied. A strict load throws when keys are missing or unexpected;
   * a shape that does not fit throws always. The one error lists every difference.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: { strict?: boolean } = {}): LoadReport {
    const own = this.stateDict()
    const forgiven = new Set(
      this.namedModules().flatMap(([name, module]) => module.optionalState().map((key) => join(name, key))),
    )
    const missing = [...own.keys()].filter((key) => !state.has(key) && !forgiven.has(key))
    const unexpected = [...state.keys()].filter((key) => !own.has(key))
    const pairs = [...own].flatMap(([key, target]) => {
      const source = state.get(key)
      return source === undefined ? [] : [{ key, target, source }]
    })
    const misfits = pairs.filter(({ target, source }) => !sameShape(target.shape, source.shape))
    const problems = misfits.map(
      ({ key, target, source }) => `${key} has shape [${source.shape}], the module needs [${target.shape}]`,
    )
    if (options.strict ?? true) {
      if (missing.length > 0) problems.unshift(`missing: ${missing.join(', ')}`)
      if (unexpected.length > 0) problems.push(`unexpected: ${unexpected.join(', ')}`)
    }
    if (problems.length > 0) {
      const remedy = 'load a state of the same architecture, or pass strict: false to ignore key differences'
      throw new TorchError('loadStateDict', [this.constructor.name], `${problems.join('; ')}; ${remedy}`)
    }
    scope(() => {
      noGrad(() => {
        for (const { target, source } of pairs) target.copy_(source)
      })
    })
    return { missing, unexpected }
  }

  /** Sets the mode of this module and of all below it: batch statistics and dropout are for training only. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode
    return this
  }

  eval(): this {
    return this.train(false)
  }

  /**
   * Moves parameters and buffers in place: the same `Parameter` objects keep their identity, so an optimiser made
   * before still holds them. Gradients are dropped. `memoryFormat: 'channels_last'` touches 4-d tensors only.
   */
  to(placement: Placement): this {
    scope(() => {
      noGrad(() => {
        for (const [, tensor] of unique(this.#state())) move(tensor, placement)
      })
    })
    return this
  }

  /** Stops gradients to every parameter below and drops those it has. Batch norm keeps its mode: call `eval()` to fix its statistics too. */
  freeze(): this {
    return this.#requireGradients(false)
  }

  unfreeze(): this {
    return this.#requireGradients(true)
  }

  /** Frees all parameters, buffers and gradients; the module cannot be used afterwards. */
  dispose(): void {
    for (const [, tensor] of unique(this.#state())) tensor.dispose()
  }

  #requireGradients(wanted: boolean): this {
    for (const parameter of this.parameters()) {
      if (!wanted) parameter.grad = null
      parameter.requiresGrad_(wanted)
    }
    return this
  }

  #content(): [string, Module | Tensor][] {
    const content: [string, Module | Tensor][] = []
    for (const [name, value] of this.members()) {
      const list = Array.isArray(value) ? value.map((item, i) => [`${name}.${i}`, item]) : [[name, value]]
      for (const [key, item] of list)
        if (item instanceof Module || item instanceof Tensor) content.push([key, item])
    }
    return content
  }

  #collect(name: string, found: Map<Module, string>): void {
    if (found.has(this)) return
    found.set(this, name)
    for (const [key, child] of this.namedChildren()) child.#collect(join(name, key), found)
  }

  /** Every parameter and buffer below, under every name it has. */
  #state(prefix = ''): [string, Tensor][] {
    return this.#content().flatMap(([name, item]) =>
      item instanceof Module
        ? item.#state(join(prefix, name))
        : [[join(prefix, name), item] as [string, Tensor]],
    )
  }
}

/** A module that maps one tensor to one tensor. */
export type Layer = Module & { forward(input: Tensor): Tensor }

function join(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}.${key}`
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i])
}

function unique<T extends Tensor>(entries: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>()
  return entries.filter(([, tensor]) => !seen.has(tensor) && seen.add(tensor))
}

function move(tensor: Tensor, placement: Placement): void {
  const floating = /^b?float/.test(tensor.dtype)
  const moved = tensor.detach().to({
    device: placement.device,
    dtype: floating ? placement.dtype : undefined,
    memoryFormat: tensor.shape.length === 4 ? placement.memoryFormat : undefined,
  })
  if (tensor.grad !== null) tensor.grad = null
  // The tensor's contents are exchanged, not the tensor: whoever holds it sees the moved values.
  call('aten::set_data', [tensor, moved])
}
