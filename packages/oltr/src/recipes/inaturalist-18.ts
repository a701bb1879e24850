// iNaturalist 2018 with ResNet-50 from scratch (Table 7). Stage 1 is the 90-epoch cosine schedule that the decoupling
// literature uses; stage 2 is the authors' second stage.

import type { RunConfigInput } from '../run-config.ts'

export function inaturalist18(): RunConfigInput {
  return {
    recipe: 'inaturalist-18',
    data: { format: 'inaturalist', path: 'data/inaturalist-18', imageSize: 224 },
    augmentation: 'inaturalist',
    model: {
      backbone: 'resnet-50',
      imageSize: 224,
      fcAdd: 512,
      fcAddInStageOne: false,
      reachScale: 'mean-distance',
      hallucinator: { init: 'random' }, // stage 1 classifies the 2048 pooled features, stage 2 works on 512
    },
    stage1: {
      epochs: 90,
      batchSize: 256,
      sampler: { kind: 'shuffle' },
      learningRate: { backbone: 0.1, classifier: 0.1 },
      schedule: { kind: 'cosine', epochs: 90 },
      optimiser: { weightDecay: 1e-4 },
    },
    stage2: {
      epochs: 30,
      batchSize: 128,
      sampler: { kind: 'class-aware', perClass: 4 },
      learningRate: { backbone: 0.001, head: 0.1 },
      schedule: { kind: 'step', stepSize: 10, gamma: 0.1 },
      optimiser: { weightDecay: 5e-4 },
    },
  }
}
