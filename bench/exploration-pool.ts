// A pool for timing a selection: images in groups around known and unknown places, as features of a network are.

import { manualSeed, ops, scope, type Tensor } from '@oltr/torch'
import { type ExplorationScores, explorationScores } from 'oltr'

const GROUPS = 500
/** Groups that are known classes; the others are open. */
const KNOWN = 250

export function selectionPool(
  images: number,
  dimension: number,
): { features: Tensor; centroids: Tensor; scores: ExplorationScores } {
  manualSeed(0)
  return scope(() => {
    const places = ops.randn([GROUPS, dimension]) // (G, D)
    const features = places.indexSelect(0, ops.randint(GROUPS, [images])) // (N, D)
    features.add_(ops.randn([images, dimension]), { alpha: 0.7 }).relu_()
    const centroids = places.slice({ dim: 0, start: 0, end: KNOWN }).relu() // (K, D)
    return { features, centroids, scores: explorationScores(features, centroids) }
  })
}
