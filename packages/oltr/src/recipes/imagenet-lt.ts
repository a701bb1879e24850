// ImageNet-LT with ResNet-10 from scratch (Table 4a): the authors' configuration, epochs and rates included.

import type { RunConfigInput } from '../run-config.ts'

export function imagenetLongTailed(): RunConfigInput {
  return {
    recipe: 'imagenet-lt',
    data: {
      format: 'list',
      path: 'data/imagenet-lt',
      lists: {
        train: 'ImageNet_LT_train.txt',
        val: 'ImageNet_LT_val.txt',
        test: 'ImageNet_LT_test.txt',
        open: 'ImageNet_LT_open.txt',
      },
      imageSize: 224,
    },
    augmentation: 'imagenet',
    model: { backbone: 'resnet-10', imageSize: 224, fcAdd: 512, fcAddInStageOne: false, reachScale: 10 },
    stage1: {
      epochs: 30,
      batchSize: 128,
      sampler: { kind: 'shuffle' },
      learningRate: { backbone: 0.1, classifier: 0.1 },
      schedule: { kind: 'step', stepSize: 10, gamma: 0.1 },
      optimiser: { weightDecay: 5e-4 },
    },
    stage2: {
      epochs: 60,
      batchSize: 128,
      sampler: { kind: 'class-aware', perClass: 4 },
      learningRate: { backbone: 0.01, head: 0.1 },
      schedule: { kind: 'step', stepSize: 20, gamma: 0.1 },
      optimiser: { weightDecay: 5e-4 },
    },
  }
}
