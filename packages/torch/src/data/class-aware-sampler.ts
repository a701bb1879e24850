// Class-aware sampling, stage 2 of the paper: the classes come in a shuffled cycle, and each gives n images from a
// shuffled cycle of its own, whatever its size; it agrees with the ClassAwareSampler of the authors' code. Cycles run
// on from one epoch to the next. A class with fewer than n images repeats them; a class with none is passed over.
//
// Nothing is remembered between epochs: a cycle's order is drawn from (seed, class, number of the cycle), and where
// an epoch begins in each cycle follows from its number, because a class is visited once in each cycle of classes.

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

export interface ClassAwareSamplerOptions extends Shard {
  /** The class of each image; negative = not sampled. */
  labels: Int32Array
  /** Images that a class gives in a row; the paper's code uses 4. */
  perClass: number
  seed: number
  /** Images per epoch; default: as many as the data set has, so an epoch has as many steps as with any sampler. */
  length?: number
}

// Streams of random numbers: the cycle of classes, and the cycles within each class.
const CLASSES = 0
const WITHIN = 1

export class ClassAwareSampler implements Sampler {
  readonly #members: readonly Int32Array[]
  readonly #size: number
  readonly #perClass: number
  readonly #total: number
  readonly #shard: Required<Shard>
  #seed: number

  /** Throws DataOptionError when no image has a class. */
  constructor(options: ClassAwareSamplerOptions) {
    const { members, total } = classMembers(options.labels)
    this.#members = members
    this.#size = options.labels.length
    this.#perClass = requireInteger('perClass', options.perClass, 1)
    this.#total = requireInteger('length', options.length ?? total, 1)
    this.#seed = requireInteger('seed', options.seed, 0)
    this.#shard = requireShard(options)
    if (this.#total > 2 ** 31)
      throw new DataOptionError('length', this.#total, 'expected at most 2^31 images per epoch')
  }

  get length(): number {
    return shardLength(this.#total, this.#perClass, true, this.#shard)
  }

  epoch(epoch: number): Int32Array {
    const n = this.#perClass
    const classes = this.#members.length
    const groups = Math.ceil(this.#total / n)
    const first = requireInteger('epoch', epoch, 0) * groups
    const order = new Int32Array(this.#total)
    const within: { cycle: number; items: Int32Array }[] = []
    let cycle = -1
    let classOrder = new Int32Array(0)
    for (let group = 0; group < groups; group++) {
      const visit = Math.floor((first + group) / classes)
      if (visit !== cycle) {
        cycle = visit
        classOrder = new SeededRandom(this.#seed, CLASSES, cycle).permutation(
          classes,
        ) as Int32Array<ArrayBuffer>
      }
      const k = classOrder[(first + group) % classes]!
      const members = this.#members[k]!
      for (let i = 0; i < n && group * n + i < this.#total; i++) {
        const draw = visit * n + i
        const number = Math.floor(draw / members.length)
        if (within[k]?.cycle !== number) {
          const random = new SeededRandom(this.#seed, WITHIN, k, number)
          within[k] = { cycle: number, items: random.shuffle(members.slice()) }
        }
        order[group * n + i] = within[k]!.items[draw % members.length]!
      }
    }
    return takeShard(order, n, true, this.#shard)
  }

  state(): SamplerState {
    return { kind: 'class-aware', seed: this.#seed, size: this.#size }
  }

  setState(state: SamplerState): void {
    this.#seed = restoreSeed(this.state(), state)
  }
}
