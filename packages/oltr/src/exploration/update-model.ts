// The update without retraining (Sec. 3.4.4): the feature extractor stays; new classes are hallucinated, the memory takes
// up what people named, and the cosine weights are refined for a moment on the named images alone.

import { noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { z } from 'zod'
import { explainConfig } from '../datasets/config-explanation.ts'
import type { OpenLongTailedModel } from '../model.ts'
import { type AnnotatedImages, membersByClass } from './annotated-images.ts'
import { growModel } from './grow-model.ts'
import { calibrated, type HallucinatedClass, hallucinateClass } from './hallucinate-classifier.ts'
import { refineClassifier, refinementSchema } from './refine-classifier.ts'

export const updateSchema = z.strictObject({
  /** a_n of the hallucinated weights: by selection score, or the same for all. */
  weighting: z.enum(['score', 'uniform']).default('score'),
  /** Whether hallucinated weights are calibrated against the old ones. */
  calibrated: z.boolean().default(true),
  refinement: refinementSchema.prefault({}),
  /** Share of known-class accuracy (0..1, on validation images) that an update may cost. */
  maxKnownLoss: z.number().min(0).max(1).default(0.1),
  seed: z.int().min(0).max(0xffffffff).default(0),
})

export type UpdateConfig = z.output<typeof updateSchema>

/** Checks a configuration and fills in defaults. Throws ConfigError for the first wrong value or unknown key. */
export function parseUpdateConfig(value: unknown): UpdateConfig {
  const result = updateSchema.safeParse(value)
  if (result.success) return result.data
  throw explainConfig(result.error, updateSchema, value, 'update')
}

/**
 * A model that knows the annotated classes as well. `trainingCounts`: images of each known class so far, (K,). The given
 * model stays as it is.
 *
 * Throws ConfigError where features, labels and classes do not fit together.
 */
export function updateModel(
  model: OpenLongTailedModel,
  annotated: AnnotatedImages,
  trainingCounts: readonly number[],
  config: UpdateConfig,
): OpenLongTailedModel {
  const { classes: known, dimension } = model
  const members = membersByClass(annotated, known, dimension)
  const { newClasses, energies, labels } = annotated
  return scope(() => {
    const x = tensor(annotated.features, { shape: [labels.length, dimension] }) // (n, D)
    const pick = (positions: readonly number[]): Tensor =>
      x.indexSelect(0, tensor(Int32Array.from(positions))) // (n_j, D)
    const added = newClasses.map((_, z) => {
      const own = members[known + z]
      return hallucinateClass(
        model,
        pick(own),
        own.map((at) => energies[at]),
        config.weighting,
      )
    })
    const grown = growModel(model, config.calibrated ? calibrateAll(model, added) : added)
    noGrad(() =>
      scope(() => {
        for (let label = 0; label < known; label++)
          if (members[label].length > 0)
            moveCentroid(grown, label, pick(members[label]), trainingCounts[label])
      }),
    )
    refineClassifier(grown, x, labels, known, config.refinement, config.seed)
    return grown
  })
}

function calibrateAll(model: OpenLongTailedModel, added: readonly HallucinatedClass[]): HallucinatedClass[] {
  if (added.length === 0) return []
  const weights = calibrated(model, ops.stack(added.map(({ weight }) => weight))) // (Z, D)
  return added.map(({ centroid }, z) => ({ centroid, weight: weights.select(0, z) }))
}

/**
 * The mean of a known class with its new images.
 * Deviation: Eq. 1 moves a centroid towards a mean that moves with the extractor; this extractor is fixed, so the centroid
 * is set to the mean at once, old images counting by their number.
 */
function moveCentroid(model: OpenLongTailedModel, label: number, x: Tensor, count: number): void {
  const centroid = ops.select(model.memory.centroids, 0, label) // (D,)
  const towards = x.mean([0]).sub(centroid) // (D,)
  centroid.add_(towards, { alpha: x.shape[0] / (count + x.shape[0]) })
}
