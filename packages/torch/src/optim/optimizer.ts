// What every optimiser shares: parameter groups, gradients set to none, state that can be saved.
// Agrees with torch.optim.Optimizer; the state is a flat map of tensors and one JSON text, so that safetensors can hold it.

import { TorchError } from '../errors.ts'
import { call, keep, noGrad, scope, type Tensor } from '../index.ts'

/** Parameters that share settings; what is not set here is taken from the optimiser's own options. */
export type ParameterGroup<Settings> = Partial<Settings> & {
  params: readonly Tensor[]
  /** For logs and schedules: 'backbone', 'classifier'. */
  name?: string
}

/** A group as the optimiser holds it. Settings may be changed between steps; `baseLr` is what schedules multiply. */
export type ActiveGroup<Settings> = Settings & {
  readonly params: readonly Tensor[]
  name?: string
  baseLr: number
}

export interface OptimizerState {
  /** State tensors by `${index of the parameter}.${name}`: live ones, not copies. */
  tensors: Map<string, Tensor>
  /** JSON: the settings of every group and the counters of every parameter. */
  settings: string
}

/** One parameter that has a gradient in this step. */
export interface Due {
  /** Position among all parameters of all groups. */
  index: number
  param: Tensor
  grad: Tensor
}

interface SavedSettings {
  optimizer: string
  groups: (Record<string, unknown> & { count: number })[]
  counters: Record<string, number>
}

export abstract class Optimizer<Settings extends { lr: number } = { lr: number }> {
  readonly groups: readonly ActiveGroup<Settings>[]
  readonly #tensors = new Map<string, Tensor>()
  readonly #counters = new Map<string, number>()

  /** Throws TorchError for no parameters, and for one given twice. Frozen ones are allowed; they have no gradient. */
  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<Settings>[],
    options: Partial<Settings>,
    defaults: Settings,
  ) {
    const groups = isGroups(params) ? params : [{ params } as ParameterGroup<Settings>]
    this.groups = groups.map((group) => {
      const settings = { ...defaults, ...given(options), ...given(group) }
      return { ...settings, params: [...group.params], baseLr: settings.lr } as ActiveGroup<Settings>
    })
    const all = this.groups.flatMap((group) => group.params)
    const fail = (message: string) =>
      new TorchError(this.constructor.name, [`${all.length} parameters`], message)
    if (all.length === 0) throw fail('an optimiser needs at least one parameter')
    if (new Set(all).size < all.length) throw fail('a parameter is given twice: put it in one group, once')
  }

  /** Updates the parameters that have a gradient; the others, and their state, stay as they are. */
  step(): void {
    scope(() => {
      noGrad(() => {
        let first = 0
        for (const group of this.groups) {
          const due: Due[] = []
          group.params.forEach((param, i) => {
            const { grad } = param
            if (grad !== null) due.push({ index: first + i, param, grad })
          })
          first += group.params.length
          if (due.length > 0) this.update(group, due)
        }
      })
    })
  }

  /** Forgets all gradients; `setToNone: false` fills them with zeros instead, which keeps their memory. */
  zeroGrad(options: { setToNone?: boolean } = {}): void {
    scope(() => {
      noGrad(() => {
        const params = this.groups.flatMap((group) => group.params)
        if (options.setToNone ?? true) {
          for (const param of params) param.grad = null
          return
        }
        const grads = params.flatMap((param) => param.grad ?? [])
        if (grads.length > 0) call('aten::_foreach_zero_', [grads])
      })
    })
  }

  stateDict(): OptimizerState {
    const saved: SavedSettings = {
      optimizer: this.constructor.name,
      groups: this.groups.map(({ params, ...settings }) => ({ ...settings, count: params.length })),
      counters: Object.fromEntries(this.#counters),
    }
    return { tensors: new Map(this.#tensors), settings: JSON.stringify(saved) }
  }

  /**
   * Takes over the settings, and copies of the tensors, of an optimiser of the same class and the same groups.
   * Everything is checked first; throws TorchError naming the first difference.
   */
  loadStateDict(state: OptimizerState): void {
    const saved = this.#checked(state)
    scope(() => {
      noGrad(() => {
        const params = this.groups.flatMap((group) => group.params)
        const copies = [...state.tensors].map(([key, tensor]) => {
          // In the parameter's own device and layout, as if this optimiser had made it.
          const own = call('aten::empty_like', [params[Number.parseInt(key, 10)]]) as Tensor
          return [key, keep(own.to({ dtype: tensor.dtype }).copy_(tensor))] as const
        })
        this.dispose()
        for (const [key, copy] of copies) this.#tensors.set(key, copy)
      })
    })
    this.groups.forEach((group, i) => {
      const { count: _, ...settings } = saved.groups[i]
      Object.assign(group, settings)
    })
    for (const [key, value] of Object.entries(saved.counters)) this.#counters.set(key, value)
  }

  /** Frees the state tensors (not the parameters); the optimiser then starts afresh. */
  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose()
    this.#tensors.clear()
    this.#counters.clear()
  }

  /** One step of one group. Runs without gradients inside a scope; what must outlive it goes through `remember`. */
  protected abstract update(group: ActiveGroup<Settings>, due: readonly Due[]): void

  /** The state tensor of a parameter, made by `initial` when there is none yet. */
  protected remember(index: number, name: string, initial: () => Tensor): Tensor {
    const key = `${index}.${name}`
    const known = this.#tensors.get(key)
    if (known !== undefined) return known
    const made = keep(initial())
    this.#tensors.set(key, made)
    return made
  }

  protected remembers(index: number, name: string): boolean {
    return this.#tensors.has(`${index}.${name}`)
  }

  /** Adds one to a parameter's counter and returns it. */
  protected count(index: number, name: string): number {
    const key = `${index}.${name}`
    const value = (this.#counters.get(key) ?? 0) + 1
    this.#counters.set(key, value)
    return value
  }

  #checked(state: OptimizerState): SavedSettings {
    const fail = (message: string) => new TorchError('loadStateDict', [this.constructor.name], message)
    const saved = parse(state.settings)
    if (saved === null) throw fail('the settings are not those of an optimiser: expected its JSON text')
    if (saved.optimizer !== this.constructor.name) throw fail(`the state is of ${saved.optimizer}`)
    const ownCounts = this.groups.map((group) => group.params.length).join(', ')
    const counts = saved.groups.map((group) => group.count).join(', ')
    if (counts !== ownCounts)
      throw fail(`the state has groups of [${counts}] parameters, this has [${ownCounts}]`)
    const params = this.groups.flatMap((group) => group.params)
    for (const [key, tensor] of state.tensors) {
      const param = params[Number.parseInt(key, 10)]
      if (param === undefined) throw fail(`${key} belongs to no parameter: there are ${params.length}`)
      if (tensor.shape.join() !== param.shape.join()) {
        throw fail(`${key} has shape [${tensor.shape}], its parameter [${param.shape}]`)
      }
    }
    return saved
  }
}

function isGroups<Settings>(
  params: readonly Tensor[] | readonly ParameterGroup<Settings>[],
): params is readonly ParameterGroup<Settings>[] {
  return params.length > 0 && 'params' in params[0]
}

/** The settings that have a value: one left undefined takes the default, as one left out does. */
function given<T extends object>(settings: T): Partial<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<T>
}

function parse(text: string): SavedSettings | null {
  try {
    const value = JSON.parse(text) as SavedSettings
    const { groups, counters } = value
    return Array.isArray(groups) && typeof counters === 'object' && counters !== null ? value : null
  } catch {
    return null
  }
}

/** Throws RangeError unless `value` is a finite number of at least 0 and, if given, below `limit`. */
export function requireSetting(name: string, value: number, limit = Number.POSITIVE_INFINITY): void {
  if (!(value >= 0 && value < limit)) {
    const range =
      limit === Number.POSITIVE_INFINITY ? 'a finite number of at least 0' : `from 0 to below ${limit}`
    throw new RangeError(`${name} must be ${range}, got ${value}`)
  }
}
