// The rate is multiplied by gamma after every stepSize epochs. Agrees with torch.optim.lr_scheduler.StepLR.

import type { Schedule } from './schedule.ts'

export interface StepDecayConfig {
  /** Epochs between two drops, above 0. */
  stepSize: number
  gamma: number
}

export function stepDecay({ stepSize, gamma }: StepDecayConfig): Schedule {
  if (!(stepSize > 0)) throw new RangeError(`stepSize must be above 0, got ${stepSize}`)
  return (epoch) => gamma ** Math.floor(epoch / stepSize)
}
