// How long a training step of a network takes in a precision: the measurement behind `precision: auto`.

import { manualSeed, ops, scope } from '@oltr/torch'
import { createBackbone } from '../backbones/create-backbone.ts'
import type { RunConfig } from '../run-config.ts'
import type { Precision } from './precision.ts'
import { inPrecision } from './stage.ts'

/** Enough images to fill the vector units, few enough for a large network to answer in seconds. */
const IMAGES = 32
const REPEATS = 3

/** Seconds of one forward and backward pass of the run's backbone, the fastest of three after one to warm up. */
export function secondsPerStep({ model, data, execution }: RunConfig, precision: Precision): number {
  manualSeed(0)
  const backbone = createBackbone(model.backbone)
  backbone.to({ device: execution.device, memoryFormat: 'channels_last' })
  const times = Array.from({ length: 1 + REPEATS }, () => {
    const start = performance.now()
    scope(() => {
      const images = ops
        .rand([IMAGES, 3, data.imageSize, data.imageSize], { device: execution.device })
        .to({ memoryFormat: 'channels_last' }) // (B, 3, H, W)
      const features = inPrecision(precision, execution.device, () => backbone.forwardFeatures(images)) // (B, C, H, W)
      features.sum().backward()
    })
    return (performance.now() - start) / 1000
  })
  backbone.dispose()
  return Math.min(...times.slice(1))
}
