// From a data set and a configuration to batches: which images, in which order, with which transforms. Images are
// channels-last: convolutions on a CPU are a fifth faster so, in either precision.

import {
  ClassAwareSampler,
  ImageLoader,
  progressivelyBalancedSampler,
  type Sampler,
  SequentialSampler,
  ShuffleSampler,
  squareRootSampler,
} from '@oltr/torch/data'
import type { Dataset } from '../datasets/dataset.ts'
import type { RunConfig } from '../run-config.ts'
import { evaluationTransforms, trainingTransforms } from './augmentation.ts'
import type { StageName } from './run-folder.ts'

/** Training batches of a stage, augmented; an epoch has floor(N / B) steps under class-aware sampling, as published. */
export function trainingLoader(dataset: Dataset, config: RunConfig, stage: StageName): ImageLoader {
  const { sampler, batchSize, epochs } = config[stage]
  return new ImageLoader({
    images: dataset.images,
    labels: dataset.labels,
    transforms: trainingTransforms(config),
    sampler: createSampler(sampler, dataset, config.seed, epochs),
    batchSize,
    seed: config.seed,
    workers: config.execution.threads ?? undefined,
    prefetch: config.execution.prefetch,
    memoryFormat: 'channels_last',
    dropLast: sampler.kind !== 'shuffle',
  })
}

/** Every image once, in order, as the test sees it. */
export function evaluationLoader(dataset: Dataset, config: RunConfig): ImageLoader {
  return new ImageLoader({
    images: dataset.images,
    labels: dataset.labels,
    transforms: evaluationTransforms(config),
    sampler: new SequentialSampler({ size: dataset.labels.length }),
    batchSize: config.execution.evaluationBatchSize,
    seed: config.seed,
    workers: config.execution.threads ?? undefined,
    prefetch: config.execution.prefetch,
    memoryFormat: 'channels_last',
  })
}

function createSampler(
  sampler: RunConfig['stage1']['sampler'],
  { labels }: Dataset,
  seed: number,
  epochs: number,
): Sampler {
  switch (sampler.kind) {
    case 'shuffle':
      return new ShuffleSampler({ size: labels.length, seed })
    case 'class-aware':
      return new ClassAwareSampler({ labels, perClass: sampler.perClass, seed })
    case 'square-root':
      return squareRootSampler({ labels, seed })
    case 'progressively-balanced':
      return progressivelyBalancedSampler({ labels, seed, epochs })
  }
}
