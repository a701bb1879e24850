// Stage 2: attention, visual memory, meta-embedding and cosine classifier on top of stage 1 (Sec. 3.2, 3.3). The
// centroids have an optimiser of their own, fed by Eq. 1; the rest follows Eq. 11.

import { scope } from '@oltr/torch'
import { SGD } from '@oltr/torch/optim'
import type { OpenLongTailedModel } from '../model.ts'
import type { RunConfig } from '../run-config.ts'
import { centroidSgd } from '../visual-memory.ts'
import type { Precision } from './precision.ts'
import { batchAccuracy, finiteLoss, inPrecision, type Stage, scheduleFrom, update } from './stage.ts'

export function memoryStage(model: OpenLongTailedModel, config: RunConfig, precision: Precision): Stage {
  const { epochs, learningRate, schedule, optimiser, freezeBackbone } = config.stage2
  const { device } = config.execution
  const { centroids } = model.memory
  const inBackbone = new Set(model.backbone.parameters())
  // Batch-norm statistics of a frozen backbone still move: the authors' code leaves it in training mode.
  if (freezeBackbone) model.backbone.freeze()
  const head = model.parameters().filter((parameter) => parameter !== centroids && !inBackbone.has(parameter))
  // What the loss trains and clipping measures; the centroids' gradient is Eq. 1, which has bounds of its own.
  const trained = [...(freezeBackbone ? [] : inBackbone), ...head]
  const network = new SGD(
    [
      ...(freezeBackbone ? [] : [{ name: 'backbone', params: [...inBackbone], lr: learningRate.backbone }]),
      { name: 'head', params: head, lr: learningRate.head },
    ],
    {
      lr: learningRate.head,
      momentum: optimiser.momentum,
      nesterov: optimiser.nesterov,
      weightDecay: optimiser.weightDecay,
    },
  )
  const memory = new SGD([{ name: 'centroids', params: [centroids] }], centroidSgd(config.model.centroids))
  return {
    name: 'stage2',
    model,
    epochs,
    optimisers: [network, memory],
    schedule: scheduleFrom(schedule),
    step: ({ images, labels }) =>
      scope(() => {
        const { losses, logits, direct, gamma } = scope(() => {
          const output = inPrecision(precision, device, () => model.forward(images))
          return {
            losses: model.loss(output, labels),
            logits: output.logits.detach(), // (B, K)
            direct: output.direct.detach(), // (B, D)
            gamma: output.reachability.detach(), // (B,)
          }
        })
        const loss = finiteLoss(losses.total)
        losses.total.backward()
        model.centroidGradient(direct, labels)
        update([network, memory], trained, optimiser.clipGradNorm)
        return {
          loss,
          accuracy: batchAccuracy(logits, labels),
          largeMargin: losses.largeMargin.item(),
          reachability: gamma.mean().item(),
        }
      }),
  }
}
