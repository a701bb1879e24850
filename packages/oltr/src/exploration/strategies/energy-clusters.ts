// Energy selection for a whole batch: twenty copies of the most energetic image teach no more than one. The most energetic
// share of the pool is clustered in the embedding; the budget goes round the clusters; of each, images near its centre are
// taken, which stand for the others, and a near-duplicate only when nothing else is left.

import { noGrad, scope, tensor } from '@oltr/torch'
import { kMeans } from '../clustering.ts'
import { nearDuplicates } from '../near-duplicates.ts'
import { highestFirst, limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

export interface EnergyClusterOptions {
  /** Candidates for each image of the budget; default 2. */
  readonly candidates?: number
  /** Images of the budget for each cluster; default 10. */
  readonly perCluster?: number
}

export const energyClusters: Strategy = energyClusterStrategy()

export function energyClusterStrategy({ candidates = 2, perCluster = 10 }: EnergyClusterOptions = {}): Strategy {
  return ({ features, scores }, budget, { seed }) => {
    const count = scores.energy.length
    const wanted = limited(budget, count)
    if (wanted === 0) return new Int32Array(0)
    const energetic = highestFirst(scores.energy, Math.min(count, Math.ceil(candidates * wanted)))
    return noGrad(() =>
      scope(() => {
        const raw = features.indexSelect(0, tensor(energetic)) // (M, D)
        const x = raw.div(raw.linalgVectorNorm({ dim: [1], keepdim: true }).clampMin(1e-12)) // (M, D)
        const { assignment, distances } = kMeans(x, Math.ceil(wanted / perCluster), { seed })
        const first = nearDuplicates(x)
        const isCopy = (at: number): boolean => first[at] !== at
        // Clusters in the order of their most energetic image; in each the nearest to the centre first, copies last.
        const queues = [...Map.groupBy(energetic.keys(), (at) => assignment[at]).values()].map((members) =>
          members.sort((a, b) => Number(isCopy(a)) - Number(isCopy(b)) || distances[a] - distances[b] || a - b),
        )
        const originals = takeTurns(queues.map((queue) => queue.filter((at) => !isCopy(at))))
        const copies = takeTurns(queues.map((queue) => queue.filter(isCopy)))
        return Int32Array.from([...originals, ...copies].slice(0, wanted), (at) => energetic[at])
      }),
    )
  }
}

/** The first of each queue, then the second of each, and so on. */
function takeTurns(queues: readonly (readonly number[])[]): number[] {
  const rounds = Math.max(0, ...queues.map((queue) => queue.length))
  return Array.from({ length: rounds }, (_, round) =>
    queues.flatMap((queue) => (round < queue.length ? [queue[round]] : [])),
  ).flat()
}
