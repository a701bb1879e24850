// The energy of groups: one image's distance to the nearest class says little, since images of known classes scatter as
// widely as open ones lie off; the mean of a group of similar images has lost that scatter. So the energetic part of the
// pool is clustered by angle, each cluster gets the energy (Eq. 7 to 9) of its mean, and the budget goes to whole clusters,
// the most energetic first, images near the centre of each first and near-duplicates last.
// Deviation: the paper ranks single images (Alg. 1); that is `energy`.

import { noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { unitLength } from '../../unit-length.ts'
import { kMeans } from '../clustering.ts'
import { nearDuplicates } from '../near-duplicates.ts'
import { explorationScores } from '../scores.ts'
import { highestFirst, limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

/** Images in a cluster on average: enough to average out their scatter, fewer than a class has. */
const CLUSTER_SIZE = 20
/** Energetic images that are clustered for each one of the budget: further down are the known classes. */
const CANDIDATES = 12

export const clusterEnergy: Strategy = ({ features, scores, centroids, scoreOptions }, budget, { seed }) => {
  const count = scores.energy.length
  const wanted = limited(budget, count)
  if (wanted === 0) return new Int32Array(0)
  const energetic = highestFirst(scores.energy, Math.min(count, CANDIDATES * wanted))
  return noGrad(() =>
    scope(() => {
      const x = features.indexSelect(0, tensor(energetic)) // (M, D)
      const { assignment, distances } = kMeans(unitLength(x), Math.ceil(energetic.length / CLUSTER_SIZE), {
        seed,
      })
      const clusters = [...Map.groupBy(energetic.keys(), (at) => assignment[at]).values()]
      const { energy } = explorationScores(meansOf(x, clusters), centroids, scoreOptions)
      const first = nearDuplicates(x)
      const isCopy = (at: number): boolean => first[at] !== at
      const order = [...highestFirst(energy, clusters.length)].flatMap((cluster) =>
        clusters[cluster].sort((a, b) => distances[a] - distances[b] || a - b),
      )
      const ranked = [...order.filter((at) => !isCopy(at)), ...order.filter(isCopy)]
      return Int32Array.from(ranked.slice(0, wanted), (at) => energetic[at])
    }),
  )
}

function meansOf(x: Tensor, clusters: readonly (readonly number[])[]): Tensor {
  return ops.stack(clusters.map((members) => x.indexSelect(0, tensor(Int32Array.from(members))).mean([0]))) // (k, D)
}
