// A folder of images, one sub-folder a class: sensible settings for a few thousand pictures without pre-trained weights.
// With weights (`model.pretrained`), lower `stage1.learningRate.backbone` to 0.01.

import type { RunConfigInput } from '../run-config.ts'

export function myFolder(): RunConfigInput {
  return {
    recipe: 'my-folder',
    data: { format: 'folder', path: 'data/my-images', validation: { perClass: 3 }, imageSize: 128 },
    augmentation: 'imagenet',
    model: { backbone: 'resnet-18', imageSize: 128, reachScale: 'mean-distance' },
    stage1: {
      epochs: 60,
      batchSize: 64,
      sampler: { kind: 'shuffle' },
      learningRate: { backbone: 0.05, classifier: 0.05 },
      schedule: { kind: 'linear-warm-up', epochs: 3, from: 0.1, after: { kind: 'cosine', epochs: 60 } },
      optimiser: { weightDecay: 5e-4 },
    },
    stage2: {
      epochs: 12,
      batchSize: 64,
      sampler: { kind: 'class-aware', perClass: 4 },
      learningRate: { backbone: 0.002, head: 0.05 },
      schedule: { kind: 'cosine', epochs: 12 },
      optimiser: { weightDecay: 5e-4 },
    },
  }
}
