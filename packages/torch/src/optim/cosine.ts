// Half a cosine from the base rate to its minimum. Agrees with torch.optim.lr_scheduler.CosineAnnealingLR up to the
// last epoch; there the rate stays at the minimum, where PyTorch's rises again.

import type { Schedule } from './schedule.ts'

export interface CosineConfig {
  /** Epochs until the minimum, above 0. */
  epochs: number
  /** The last factor, 0 by default: PyTorch's eta_min divided by the base rate. */
  minimum?: number
}

export function cosine({ epochs, minimum = 0 }: CosineConfig): Schedule {
  if (!(epochs > 0)) throw new RangeError(`epochs must be above 0, got ${epochs}`)
  return (epoch) => minimum + ((1 - minimum) * (1 + Math.cos(Math.PI * Math.min(epoch / epochs, 1)))) / 2
}
