// The built-in images: both stages in minutes on two cores.

import type { RunConfigInput } from '../run-config.ts'

export function quickstart(): RunConfigInput {
  return {
    recipe: 'quickstart',
    data: { format: 'generated', imageSize: 32 },
    augmentation: 'small',
    model: {
      backbone: 'cifar-resnet-20',
      imageSize: 32,
      reachScale: 'mean-distance',
    },
    stage1: {
      epochs: 30,
      batchSize: 64,
      sampler: { kind: 'shuffle' },
      learningRate: { backbone: 0.1, classifier: 0.1 },
      schedule: {
        kind: 'linear-warm-up',
        epochs: 2,
        from: 0.1,
        after: { kind: 'cosine', epochs: 30 },
      },
      optimiser: { weightDecay: 5e-4 },
    },
    stage2: {
      epochs: 8,
      batchSize: 64,
      sampler: { kind: 'class-aware', perClass: 4 },
      learningRate: { backbone: 0.005, head: 0.05 },
      schedule: { kind: 'cosine', epochs: 8 },
      optimiser: { weightDecay: 5e-4 },
    },
  }
}
