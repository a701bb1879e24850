// A model with more classes: every part that has a row per class (centroids, hallucinator, cosine weights) gets new rows
// at its end; everything else is as it was.

import { noGrad, ops, scope, type Tensor } from '@oltr/torch'
import { OpenLongTailedModel } from '../model.ts'
import { type HallucinatedClass, hallucinatorRows } from './hallucinate-classifier.ts'

/** The grown model (K + Z classes, in evaluation mode); the given one stays as it is and the caller's. */
export function growModel(
  model: OpenLongTailedModel,
  added: readonly HallucinatedClass[],
): OpenLongTailedModel {
  const grown = new OpenLongTailedModel(model.config, model.classes + added.length)
  noGrad(() =>
    scope(() => {
      const state = new Map<string, Tensor>(model.stateDict())
      if (added.length > 0) {
        const centroids = ops.stack(added.map(({ centroid }) => centroid)) // (Z, D)
        const weights = ops.stack(added.map(({ weight }) => weight)) // (Z, D)
        const { hallucinator } = model.metaEmbedding
        const rows = hallucinatorRows(hallucinator.weight, hallucinator.bias!, centroids) // (Z, D), (Z,)
        append(state, 'memory.centroids', centroids) // (K + Z, D)
        append(state, 'classifier.weight', weights) // (K + Z, D)
        append(state, 'meta_embedding.hallucinator.weight', rows.weight) // (K + Z, D)
        append(state, 'meta_embedding.hallucinator.bias', rows.bias) // (K + Z,)
      }
      grown.loadStateDict(state)
    }),
  )
  grown.eval().to({ memoryFormat: 'channels_last' })
  return grown
}

function append(state: Map<string, Tensor>, key: string, rows: Tensor): void {
  const before = state.get(key)
  if (!before) throw new RangeError(`the model has no ${key}`)
  state.set(key, ops.cat([before, rows]))
}
