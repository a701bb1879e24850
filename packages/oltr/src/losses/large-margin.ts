// L_LM of Eq. 11, in the form that the configuration asks for, times its weight.
// Deviation: Eq. 13 as printed is one distance minus the sum of K - 1 others plus 5, which is below 0 for any K above
// about 3 and then teaches nothing. Default 'code': attraction and repulsion of the authors' code, with their constants;
// 'mean-hinge' and 'nearest-hinge' are the nearest readings that do teach.

import type { Tensor } from '@oltr/torch'
import { ops } from '@oltr/torch'
import type { LargeMarginConfig } from '../model-config.ts'
import { largeMarginConstants } from '../model-config.ts'
import { attraction, repulsion } from './attraction-repulsion.ts'
import { meanHinge, nearestHinge } from './hinge.ts'

/** weight * L_LM, (), for features x (B, D), labels (B,) in 0..K-1 and centroids (K, D). */
export function largeMargin(x: Tensor, labels: Tensor, centroids: Tensor, config: LargeMarginConfig): Tensor {
  const { weight, margin } = largeMarginConstants(config)
  switch (config.form) {
    case 'code': {
      const pull = attraction(x, labels, centroids) // ()
      const push = repulsion(x, labels, centroids, margin) // ()
      return pull.add(push, { alpha: config.repulsionWeight }).mul(weight) // ()
    }
    case 'mean-hinge':
      return meanHinge(x, labels, centroids, margin).mul(weight) // ()
    case 'nearest-hinge':
      return nearestHinge(x, labels, centroids, margin).mul(weight) // ()
    case 'none':
      return ops.zeros([], { dtype: x.dtype, device: x.device })
  }
}
