// The rate is multiplied by gamma at every milestone. Agrees with torch.optim.lr_scheduler.MultiStepLR.

import type { Schedule } from './schedule.ts'

export interface MultiStepConfig {
  /** The first epoch at each new rate; one listed twice drops twice. */
  milestones: readonly number[]
  gamma: number
}

export function multiStep({ milestones, gamma }: MultiStepConfig): Schedule {
  return (epoch) => gamma ** milestones.filter((milestone) => milestone <= epoch).length
}
