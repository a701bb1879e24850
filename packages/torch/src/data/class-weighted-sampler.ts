// Sampling with replacement, first a class by its probability and then one of its images: square-root, class-balanced
// and progressively balanced sampling of Kang et al., "Decoupling representation and classifier for long-tailed
// recognition" (ICLR 2020), Eq. 1 and 2.

import { classMembers } from './class-members.ts'
import { DataOptionError, requireInteger } from './data-errors.ts'
import {
  requireShard,
  restoreSeed,
  type Sampler,
  type SamplerState,
  type Shard,
  shardLength,
  takeShard,
} from './sampler.ts'
import { SeededRandom } from './seeded-random.ts'

export interface WeightedSamplerOptions extends Shard {
  /** The class of each image; negative = not sampled. */
  labels: Int32Array
  seed: number
  /** Images per epoch; default: as many as the data set has. */
  length?: number
}

/** Weight of each non-empty class in an epoch, from the class counts; they need not sum to one. */
export type ClassWeights = (counts: readonly number[], epoch: number) => readonly number[]

export class ClassWeightedSampler implements Sampler {
  readonly #kind: string
  readonly #weights: ClassWeights
  readonly #members: readonly Int32Array[]
  readonly #size: number
  readonly #total: number
  readonly #shard: Required<Shard>
  #seed: number

  /** Throws DataOptionError when no image has a class. */
  constructor(kind: string, weights: ClassWeights, options: WeightedSamplerOptions) {
    const { members, total } = classMembers(options.labels)
    this.#kind = kind
    this.#weights = weights
    this.#members = members
    this.#size = options.labels.length
    this.#total = requireInteger('length', options.length ?? total, 1)
    this.#seed = requireInteger('seed', options.seed, 0)
    this.#shard = requireShard(options)
  }

  get length(): number {
    return shardLength(this.#total, 1, true, this.#shard)
  }

  epoch(epoch: number): Int32Array {
    const random = new SeededRandom(this.#seed, requireInteger('epoch', epoch, 0))
    const bounds = this.#bounds(epoch)
    const order = new Int32Array(this.#total)
    for (let i = 0; i < order.length; i++) {
      const members = this.#members[firstAbove(bounds, random.uniform())]!
      order[i] = members[random.below(members.length)]!
    }
    return takeShard(order, 1, true, this.#shard)
  }

  state(): SamplerState {
    return { kind: this.#kind, seed: this.#seed, size: this.#size }
  }

  setState(state: SamplerState): void {
    this.#seed = restoreSeed(this.state(), state)
  }

  /** Upper bounds of the classes' shares of [0, 1). */
  #bounds(epoch: number): Float64Array {
    const weights = this.#weights(
      this.#members.map((items) => items.length),
      epoch,
    )
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    let sum = 0
    const bounds = Float64Array.from(weights, (weight) => {
      sum += weight
      return sum / total
    })
    bounds[bounds.length - 1] = 1
    return bounds
  }
}

/** The first place whose bound is above `value`; bounds ascend and end with 1. */
function firstAbove(bounds: Float64Array, value: number): number {
  let low = 0
  let high = bounds.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (bounds[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}

/** A class is drawn with probability proportional to the square root of its number of images. */
export function squareRootSampler(options: WeightedSamplerOptions): ClassWeightedSampler {
  return new ClassWeightedSampler('square-root', (counts) => counts.map(Math.sqrt), options)
}

/** Every class is equally likely. */
export function classBalancedSampler(options: WeightedSamplerOptions): ClassWeightedSampler {
  return new ClassWeightedSampler('class-balanced', (counts) => counts.map(() => 1), options)
}

/** Instance-balanced in epoch 0, class-balanced in the last one, mixed linearly in between. */
export function progressivelyBalancedSampler(
  options: WeightedSamplerOptions & { epochs: number },
): ClassWeightedSampler {
  const epochs = requireInteger('epochs', options.epochs, 1)
  const weights: ClassWeights = (counts, epoch) => {
    if (epoch >= epochs) throw new DataOptionError('epoch', epoch, `expected an epoch below ${epochs}`)
    const total = counts.reduce((sum, count) => sum + count, 0)
    const progress = epochs === 1 ? 0 : epoch / (epochs - 1)
    return counts.map((count) => (1 - progress) * (count / total) + progress / counts.length)
  }
  return new ClassWeightedSampler('progressively-balanced', weights, options)
}
