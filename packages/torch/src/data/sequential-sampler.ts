// Every image once, in the order of the data set: evaluation.

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

export interface SequentialSamplerOptions extends Shard {
  /** Images in the data set. */
  size: number
}

/** Ranks get disjoint parts, so a rank may have one image more than another. */
export class SequentialSampler implements Sampler {
  readonly #size: number
  readonly #shard: Required<Shard>

  constructor(options: SequentialSamplerOptions) {
    this.#size = requireInteger('size', options.size, 0)
    this.#shard = requireShard(options)
  }

  get length(): number {
    return shardLength(this.#size, 1, false, this.#shard)
  }

  epoch(epoch: number): Int32Array {
    requireInteger('epoch', epoch, 0)
    return takeShard(
      Int32Array.from({ length: this.#size }, (_, i) => i),
      1,
      false,
      this.#shard,
    )
  }

  state(): SamplerState {
    return { kind: 'sequential', seed: 0, size: this.#size }
  }

  setState(state: SamplerState): void {
    restoreSeed(this.state(), state)
  }
}
