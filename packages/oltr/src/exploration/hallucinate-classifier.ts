// Classifier hallucination (Sec. 3.4.4): a new class gets its weights without training, from the meta-embeddings of the
// images that people named, each weighted by its selection score; and its place in the visual memory.

import { noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { squash } from '../cosine-classifier.ts'
import type { OpenLongTailedModel } from '../model.ts'
import { unitLength } from '../unit-length.ts'

/** How an image's say in its class's weights follows from its score. */
export type HallucinationWeighting = 'score' | 'uniform'

/** No image is without any say. */
const SMALLEST_SCORE = 1e-6

export interface HallucinatedClass {
  /** w_j, (D,). */
  readonly weight: Tensor
  /** c_j, (D,). */
  readonly centroid: Tensor
}

/**
 * The weights w_j = sum_n a_n v~_meta,n and the centroid c_j = mean_n v_direct,n of a class from the direct features
 * x (n, D) of its images and their scores (n,).
 * Deviation: the paper says that a_n is "determined by E" and no more; here a_n = s_n / sum s. 'uniform' is the ablation.
 */
export function hallucinateClass(
  model: OpenLongTailedModel,
  x: Tensor,
  scores: ArrayLike<number>,
  weighting: HallucinationWeighting,
): HallucinatedClass {
  return noGrad(() =>
    scope(() => {
      const { meta } = model.recognise(x) // (n, D)
      const shares = sharesOf(scores, weighting) // (n,)
      const weight = squash(meta).mul(tensor(shares).unsqueeze(1)).sum([0]) // (D,)
      return { weight, centroid: x.mean([0]) } // (D,), (D,)
    }),
  )
}

/** a_n, (n,): positive, with sum 1. */
export function sharesOf(scores: ArrayLike<number>, weighting: HallucinationWeighting): Float32Array {
  const says = Float64Array.from(scores, (score) =>
    weighting === 'uniform' || !Number.isFinite(score) ? 1 : Math.max(score, SMALLEST_SCORE),
  )
  const sum = says.reduce((total, say) => total + say, 0)
  return Float32Array.from(says, (say) => say / sum)
}

/**
 * The weights of new classes (Z, D), turned so that they favour images in general no more than the old ones (K, D) do.
 * Meta-embeddings share a direction m (their features are non-negative), and a mean of them points mostly there, while
 * trained weights have unlearned it: as they are, new classes would take every image. Their share along m becomes the old
 * weights' mean share, what is left keeps its direction. m is that of the old classes' own centroids: no base data needed.
 * Deviation: the paper averages and says no more of it; `calibrated: false` leaves the averages as they are.
 */
export function calibrated(model: OpenLongTailedModel, weights: Tensor): Tensor {
  return noGrad(() =>
    scope(() => {
      const { meta } = model.recognise(model.memory.centroids.detach()) // (K, D)
      const common = unitLength(unitLength(meta).mean([0], { keepdim: true })) // (1, D)
      const share = unitLength(model.classifier.weight).matmul(common.t()).mean() // (): the old weights' cosine with m
      const along = weights.matmul(common.t()).mul(common) // (Z, D)
      const own = unitLength(weights.sub(along)) // (Z, D), at right angles to m
      const rest = share.square().neg().add(1).clampMin(0).sqrt() // ()
      return own.mul(rest).add(common.mul(share)) // (Z, D), of length 1
    }),
  )
}

/**
 * The hallucinator's answer to a new class: its centroid at the mean length of the rows that are there, and their mean
 * bias, so that o and M stay of one length and the new coefficient competes from the start.
 */
export function hallucinatorRows(
  weight: Tensor,
  bias: Tensor,
  centroids: Tensor,
): { weight: Tensor; bias: Tensor } {
  return noGrad(() =>
    scope(() => {
      const length = weight.linalgVectorNorm({ dim: [1] }).mean() // ()
      const own = centroids.linalgVectorNorm({ dim: [1], keepdim: true }).clampMin(1e-12) // (Z, 1)
      return {
        weight: centroids.div(own).mul(length), // (Z, D)
        bias: ops.zeros([centroids.shape[0]]).add(bias.mean()), // (Z,)
      }
    }),
  )
}
