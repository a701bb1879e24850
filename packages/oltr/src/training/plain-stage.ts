// Stage 1: the plain network, trained with cross-entropy. It is the paper's "Plain" row and the start of stage 2.

import { scope } from '@oltr/torch'
import { SGD } from '@oltr/torch/optim'
import type { PlainModel } from '../plain-model.ts'
import type { RunConfig } from '../run-config.ts'
import type { Precision } from './precision.ts'
import { batchAccuracy, finiteLoss, inPrecision, type Stage, scheduleFrom, update } from './stage.ts'

export function plainStage(model: PlainModel, config: RunConfig, precision: Precision): Stage {
  const { epochs, learningRate, schedule, optimiser } = config.stage1
  const { device } = config.execution
  const inBackbone = new Set(model.backbone.parameters())
  const sgd = new SGD(
    [
      { name: 'backbone', params: [...inBackbone], lr: learningRate.backbone },
      {
        name: 'classifier',
        params: model.parameters().filter((parameter) => !inBackbone.has(parameter)),
        lr: learningRate.classifier,
      },
    ],
    {
      lr: learningRate.backbone,
      momentum: optimiser.momentum,
      nesterov: optimiser.nesterov,
      weightDecay: optimiser.weightDecay,
    },
  )
  return {
    name: 'stage1',
    model,
    epochs,
    optimisers: [sgd],
    schedule: scheduleFrom(schedule),
    step: ({ images, labels }) =>
      scope(() => {
        // The inner scope frees what autograd does not hold before the backward pass needs the room.
        const { total, logits } = scope(() => {
          const output = inPrecision(precision, device, () => model.forward(images))
          return { total: model.loss(output, labels).total, logits: output.logits.detach() }
        })
        const loss = finiteLoss(total)
        total.backward()
        update([sgd], model.parameters(), optimiser.clipGradNorm)
        return { loss, accuracy: batchAccuracy(logits, labels) }
      }),
  }
}
