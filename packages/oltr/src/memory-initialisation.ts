// How the memory starts (Sec. 3.2): before stage 2, one pass over the training images with evaluation transforms gives each
// class the mean of its direct features. Where the reach scale is to be measured, a second pass averages gamma.

import type { Tensor } from '@oltr/torch'
import { noGrad, scope } from '@oltr/torch'
import { ClassMeans } from './class-means.ts'
import type { OpenLongTailedModel } from './model.ts'

export interface LabelledBatch {
  /** (B, 3, height, width). */
  images: Tensor
  /** (B,), int64 in 0..K-1. */
  labels: Tensor
}

/** A pass over the training images. The batches are handed over: their tensors are disposed here. */
export type Pass = () => AsyncIterable<LabelledBatch> | Iterable<LabelledBatch>

export interface MemoryInitialisationOptions {
  /** Each rank passes over its own share; this adds a tensor up over the ranks in place. Default: there is one rank. */
  readonly reduce?: (part: Tensor) => void
  /** Runs a forward pass in the precision of the run. Default: as it is. */
  readonly region?: (body: () => Tensor) => Tensor
}

/**
 * Fills the memory of `model` and, with reachScale 'mean-distance', its reach scale. Leaves the model in the mode it was
 * in. What `pass` throws comes through; the memory is then as it was, or filled with its scale unmeasured.
 */
export async function initialiseMemory(
  model: OpenLongTailedModel,
  pass: Pass,
  { reduce = () => {}, region = (body) => body() }: MemoryInitialisationOptions = {},
): Promise<void> {
  const { training } = model
  model.eval()
  try {
    const centroids = model.memory.centroids
    const means = new ClassMeans(model.classes, model.dimension, centroids.device)
    const features = (images: Tensor): Tensor => region(() => model.directFeature(images)) // (B, D)
    await forEachBatch(model, pass, (images, labels) => means.add(features(images), labels))
    reduce(means.sums)
    reduce(means.counts)
    scope(() => model.memory.set(means.means()))
    means.dispose()
    if (model.config.reachScale === 'mean-distance') {
      model.metaEmbedding.reachability.calibrate(await meanMinimumDistance(model, pass, features, reduce))
    }
  } finally {
    model.train(training)
  }
}

async function meanMinimumDistance(
  model: OpenLongTailedModel,
  pass: Pass,
  features: (images: Tensor) => Tensor,
  reduce: (part: Tensor) => void,
): Promise<number> {
  const gammas = new ClassMeans(1, 1, model.memory.centroids.device)
  await forEachBatch(model, pass, (images, labels) => {
    const { distance } = model.memory.nearest(features(images)) // (B,)
    gammas.add(distance.unsqueeze(1), labels.mul(0))
  })
  reduce(gammas.sums)
  reduce(gammas.counts)
  const mean = scope(() => gammas.means().item())
  gammas.dispose()
  return mean
}

/** Runs `use` without gradients on every batch, on the model's device, and frees the batch. */
async function forEachBatch(
  model: OpenLongTailedModel,
  pass: Pass,
  use: (images: Tensor, labels: Tensor) => void,
): Promise<void> {
  const { device } = model.memory.centroids
  for await (const batch of pass()) {
    noGrad(() => scope(() => use(batch.images.to({ device }), batch.labels.to({ device }))))
    batch.images.dispose()
    batch.labels.dispose()
  }
}
