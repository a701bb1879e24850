// Every image once an epoch, in an order drawn anew for each: instance-balanced training, stage 1 of the paper.

import { requireInteger } from './data-errors.ts'
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

export interface ShuffleSamplerOptions extends Shard {
  /** Images in the data set. */
  size: number
  seed: number
}

export class ShuffleSampler implements Sampler {
  readonly #size: number
  readonly #shard: Required<Shard>
  #seed: number

  constructor(options: ShuffleSamplerOptions) {
    this.#size = requireInteger('size', options.size, 0)
    this.#seed = requireInteger('seed', options.seed, 0)
    this.#shard = requireShard(options)
  }

  get length(): number {
    return shardLength(this.#size, 1, true, this.#shard)
  }

  epoch(epoch: number): Int32Array {
    const random = new SeededRandom(this.#seed, requireInteger('epoch', epoch, 0))
    return takeShard(random.permutation(this.#size), 1, true, this.#shard)
  }

  state(): SamplerState {
    return { kind: 'shuffle', seed: this.#seed, size: this.#size }
  }

  setState(state: SamplerState): void {
    this.#seed = restoreSeed(this.state(), state)
  }
}
