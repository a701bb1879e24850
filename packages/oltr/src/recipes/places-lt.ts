// Places-LT with a pre-trained ResNet-152 (Table 4b): the authors' configuration. `model.pretrained` must name the weights.

import type { RunConfigInput } from '../run-config.ts'

export function placesLongTailed(): RunConfigInput {
  return {
    recipe: 'places-lt',
    data: {
      format: 'list',
      path: 'data/places-lt',
      lists: {
        train: 'Places_LT_train.txt',
        val: 'Places_LT_val.txt',
        test: 'Places_LT_test.txt',
        open: 'Places_LT_open.txt',
      },
      imageSize: 224,
    },
    augmentation: 'places',
    model: { backbone: 'resnet-152', imageSize: 224, fcAdd: 512, fcAddInStageOne: true, reachScale: 10 },
    stage1: {
      epochs: 30,
      batchSize: 128,
      sampler: { kind: 'shuffle' },
      learningRate: { backbone: 0.001, classifier: 0.1 },
      schedule: { kind: 'step', stepSize: 10, gamma: 0.1 },
      optimiser: { weightDecay: 5e-4 },
    },
    stage2: {
      epochs: 30,
      batchSize: 128,
      sampler: { kind: 'class-aware', perClass: 4 },
      learningRate: { backbone: 0.0001, head: 0.01 },
      schedule: { kind: 'step', stepSize: 10, gamma: 0.1 },
      optimiser: { weightDecay: 5e-4 },
      freezeBackbone: true,
    },
  }
}
