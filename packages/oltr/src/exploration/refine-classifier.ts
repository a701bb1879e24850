// The short refinement after hallucination (Sec. 3.4.4): cosine weights alone, on the annotated images ("base data is not
// used", Sec. 4.4.2) and the memory's centroids, classes drawn evenly. Old weights are protected by a small rate, or frozen.

import { noGrad, ops, scope, type Tensor, tensor } from '@oltr/torch'
import { ClassAwareSampler } from '@oltr/torch/data'
import { crossEntropy, Parameter } from '@oltr/torch/nn'
import { SGD } from '@oltr/torch/optim'
import { z } from 'zod'
import { cosineLogits } from '../cosine-classifier.ts'
import type { OpenLongTailedModel } from '../model.ts'

export const refinementSchema = z.strictObject({
  /**
   * Passes over the annotated images.
   * Deviation: the paper names no number; ten passes over a few hundred images are too few steps to settle.
   */
  epochs: z.int().min(0).default(50),
  batchSize: z.int().min(1).default(128),
  perClass: z.int().min(1).default(4),
  lr: z.number().nonnegative().default(0.01),
  momentum: z.number().min(0).lt(1).default(0.9),
  weightDecay: z.number().nonnegative().default(5e-4),
  /**
   * Whether the centroids of the old classes are shown as well, as images of theirs.
   * Deviation: the paper adapts on the annotations alone; a few of them, most of new classes, push the old ones aside. The
   * base data stay unused, the memory speaks for them.
   */
  rehearsal: z.boolean().default(true),
  /** The old classes' rate as a share of `lr`; 0 freezes them. */
  oldRate: z.number().min(0).max(1).default(0.1),
})

export type RefinementConfig = z.output<typeof refinementSchema>

/**
 * Refines the weights of a model of `known` old and further new classes on annotated features (n, D) with labels (n,), in
 * place. The meta-embeddings do not depend on these weights, so they are computed once.
 */
export function refineClassifier(
  model: OpenLongTailedModel,
  annotated: Tensor,
  annotatedLabels: Int32Array,
  known: number,
  config: RefinementConfig,
  seed: number,
): void {
  const { epochs, lr, momentum, weightDecay, oldRate } = config
  const { weight, scale } = model.classifier
  const total = weight.shape[0]
  const nothingMoves = epochs === 0 || lr === 0 || (oldRate === 0 && total === known)
  if (nothingMoves || annotatedLabels.length === 0) return
  scope(() => {
    const remembered = model.memory.centroids.detach().slice({ dim: 0, start: 0, end: known }) // (K, D)
    const x = config.rehearsal ? ops.cat([annotated, remembered]) : annotated // (n, D)
    const labels = Int32Array.from({ length: x.shape[0] }, (_, at) =>
      at < annotatedLabels.length ? annotatedLabels[at] : at - annotatedLabels.length,
    )
    const meta = noGrad(() => model.recognise(x).meta) // (n, D)
    const targets = tensor(BigInt64Array.from(labels, BigInt)) // (n,)
    const part = (from: number, to: number) =>
      new Parameter(weight.detach().slice({ dim: 0, start: from, end: to }).clone())
    const old = part(0, known) // (K, D)
    const fresh = total > known ? part(known, total) : null // (Z, D)
    const optimiser = new SGD(
      [
        ...(oldRate > 0 ? [{ name: 'old', params: [old], lr: lr * oldRate }] : []),
        ...(fresh ? [{ name: 'new', params: [fresh], lr }] : []),
      ],
      { lr, momentum, weightDecay },
    )
    const weights = fresh ? [old, fresh] : [old]
    const batchSize = Math.min(config.batchSize, labels.length)
    const steps = Math.max(1, Math.floor(labels.length / batchSize))
    const sampler = new ClassAwareSampler({
      labels,
      perClass: config.perClass,
      seed,
      length: steps * batchSize,
    })
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = sampler.epoch(epoch)
      for (let step = 0; step < steps; step++) {
        scope(() => {
          const batch = tensor(order.slice(step * batchSize, (step + 1) * batchSize)) // (B,)
          const embeddings = meta.indexSelect(0, batch) // (B, D)
          const logits = weights.map((part) => cosineLogits(embeddings, part, scale))
          crossEntropy(ops.cat(logits, { dim: 1 }), targets.indexSelect(0, batch)).backward()
          optimiser.step()
          optimiser.zeroGrad()
        })
      }
    }
    noGrad(() => void weight.copy_(ops.cat(weights)))
    old.dispose()
    fresh?.dispose()
    optimiser.dispose()
  })
}
