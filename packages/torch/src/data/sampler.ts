// What a sampler is: a rule that turns (seed, epoch) into the order in which images are visited.
// The order of an epoch depends on nothing else, so training resumed in the middle of an epoch sees the images that
// it would have seen; and ranks that share the work agree without talking.

import { DataOptionError, requireInteger } from './data-errors.ts'

/** What identifies a sampler's orders; plain JSON. */
export interface SamplerState {
  readonly kind: string
  readonly seed: number
  /** Images in the data set. */
  readonly size: number
}

export interface Sampler {
  /** Images per epoch for this rank; the same in every epoch. */
  readonly length: number
  /** The images of epoch 0, 1, 2, ... in order, as indices into the data set. Pure: asking again gives the same. */
  epoch(epoch: number): Int32Array
  state(): SamplerState
  /** Takes the seed of a saved state. Throws DataOptionError when it is of another kind or another data set. */
  setState(state: SamplerState): void
}

/** Which part of the work is this process's: rank 0 .. worldSize - 1. */
export interface Shard {
  rank?: number
  worldSize?: number
}

/** Checks a shard and fills in the single process. */
export function requireShard(shard: Shard): Required<Shard> {
  const worldSize = requireInteger('worldSize', shard.worldSize ?? 1, 1)
  const rank = requireInteger('rank', shard.rank ?? 0, 0)
  if (rank >= worldSize)
    throw new DataOptionError('rank', rank, `expected a rank below worldSize (${worldSize})`)
  return { rank, worldSize }
}

/** How many indices `takeShard` gives this rank. */
export function shardLength(total: number, groupSize: number, even: boolean, shard: Required<Shard>): number {
  if (shard.worldSize === 1) return total
  const round = groupSize * shard.worldSize
  if (even) return Math.ceil(total / round) * groupSize
  const rest = total % round
  return (
    Math.floor(total / round) * groupSize + Math.min(groupSize, Math.max(0, rest - shard.rank * groupSize))
  )
}

/**
 * Deals an order to the ranks like cards: groups of `groupSize` in turn. With `even` every rank gets the same number,
 * for which the order begins again at its end (training: all ranks take equally many steps); without, each image goes
 * to exactly one rank (evaluation: nothing counts twice).
 */
export function takeShard(
  order: Int32Array,
  groupSize: number,
  even: boolean,
  shard: Required<Shard>,
): Int32Array {
  if (shard.worldSize === 1) return order
  const taken = new Int32Array(shardLength(order.length, groupSize, even, shard))
  for (let i = 0; i < taken.length; i++) {
    const group = Math.floor(i / groupSize) * shard.worldSize + shard.rank
    taken[i] = order[(group * groupSize + (i % groupSize)) % order.length]!
  }
  return taken
}

/** The state of a sampler without anything else to remember, checked on the way back in. */
export function restoreSeed(own: SamplerState, saved: SamplerState): number {
  if (saved.kind !== own.kind) {
    throw new DataOptionError('sampler state', saved.kind, `expected the state of a ${own.kind} sampler`)
  }
  if (saved.size !== own.size) {
    throw new DataOptionError(
      'sampler state',
      saved.size,
      `expected the state for a data set of ${own.size} images`,
    )
  }
  return requireInteger('sampler state', saved.seed, 0)
}
