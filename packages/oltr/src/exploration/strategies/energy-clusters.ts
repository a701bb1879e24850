// Energy selection for a whole batch: twenty pictures of the most energetic thing teach no more than one, and the highest
// energies are those of outliers, which make poor class means. So the energetic part of the pool is clustered by the
// angles in the embedding, every cluster gives its share of the budget, the most energetic cluster first, and gives the
// images near its centre; what nearly repeats another comes last.
// Deviation: the paper takes the highest energies (Alg. 1); that is `energy`.

import { noGrad, scope, tensor } from '@oltr/torch'
import { ConfigError } from '../../errors.ts'
import { unitLength } from '../../unit-length.ts'
import { kMeans } from '../clustering.ts'
import { nearDuplicates } from '../near-duplicates.ts'
import { highestFirst, limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

/** Budget, as a share of the pool, at which all of the pool is clustered. */
const WHOLE_POOL_AT = 0.2

export interface EnergyClusterOptions {
  /** Energetic images that are looked at, for each one that is chosen, from 1; default 30. */
  readonly candidates?: number
  /**
   * But at most this share of the pool where the budget is small, default 0.7, rising to all of it at a budget of a fifth. A
   * small share finds more open images, yet only those far from everything known, and class means of these miss the others:
   * the more may be asked, the more that costs, and the less there is to be found. 1.5 for each are always looked at.
   */
  readonly poolShare?: number
  /** Images of the budget for each cluster, from 1, the default: every image stands for a group of its own. */
  readonly perCluster?: number
}

export const energyClusters: Strategy = energyClusterStrategy()

/** The strategy with other settings. Throws ConfigError for one out of range. */
export function energyClusterStrategy(options: EnergyClusterOptions = {}): Strategy {
  const { candidates = 30, poolShare = 0.7, perCluster = 1 } = options
  for (const [name, value] of Object.entries({ candidates, perCluster }))
    if (!(value >= 1)) throw new ConfigError(name, value, 'expected a number from 1')
  if (!(poolShare > 0 && poolShare <= 1))
    throw new ConfigError('poolShare', poolShare, 'expected a number from 0 to 1')
  return ({ features, scores: { energy } }, budget, { seed }) => {
    const wanted = limited(budget, energy.length)
    if (wanted === 0) return new Int32Array(0)
    const reach = Math.min(1, wanted / energy.length / WHOLE_POOL_AT)
    const share = poolShare + (1 - poolShare) * reach
    const most = Math.max(1.5 * wanted, share * energy.length)
    const energetic = highestFirst(
      energy,
      Math.min(energy.length, Math.ceil(Math.min(candidates * wanted, most))),
    )
    return noGrad(() =>
      scope(() => {
        const x = unitLength(features.indexSelect(0, tensor(energetic))) // (M, D)
        const first = nearDuplicates(x)
        const [originals, copies] = [true, false].map((original) =>
          [...first.keys()].filter((at) => (first[at] === at) === original),
        )
        const own = x.indexSelect(0, tensor(Int32Array.from(originals))) // (O, D)
        const { assignment, distances } = kMeans(own, Math.ceil(wanted / perCluster), { seed })
        const clusters = [...Map.groupBy(originals.keys(), (at) => assignment[at]).values()]
          .map((members) => ({
            members: members.toSorted((a, b) => distances[a] - distances[b] || a - b),
            energy: members.reduce((sum, at) => sum + energy[energetic[originals[at]]], 0) / members.length,
          }))
          .sort((a, b) => b.energy - a.energy || a.members[0] - b.members[0])
        const turns = inShares(clusters.map(({ members }) => members)).map((at) => originals[at])
        return Int32Array.from([...turns, ...copies].slice(0, wanted), (at) => energetic[at])
      }),
    )
  }
}

/**
 * Merges the queues so that at any point about the same share of each is taken: a queue's members come when a half, one
 * and a half ... of its length is due. Of several that are due, the earlier queue's comes first. A lone outlier waits.
 */
function inShares(queues: readonly (readonly number[])[]): number[] {
  return queues
    .flatMap((queue, turn) => queue.map((at, i) => ({ at, turn, due: (i + 0.5) / queue.length })))
    .sort((a, b) => a.due - b.due || a.turn - b.turn)
    .map(({ at }) => at)
}
