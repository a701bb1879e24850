// A straight line from a fraction of the rate to the whole, on top of another schedule.
// Alone agrees with torch.optim.lr_scheduler.LinearLR, on top of another with ChainedScheduler: the factors multiply.

import type { Schedule } from './schedule.ts'

export interface LinearWarmUpConfig {
  /** The first epoch at the whole rate; 0 for no warm-up. */
  epochs: number
  /** The factor in epoch 0, from 0 to 1. */
  from: number
}

/** (epoch + 1) / n for the first n epochs, a common warm-up, is `epochs: n − 1, from: 1 / n`. */
export function linearWarmUp({ epochs, from }: LinearWarmUpConfig, after: Schedule): Schedule {
  if (!(epochs >= 0)) throw new RangeError(`epochs of warm-up must be at least 0, got ${epochs}`)
  if (!(from >= 0 && from <= 1)) throw new RangeError(`warm-up starts from 0 to 1 of the rate, got ${from}`)
  return (epoch) => (epoch < epochs ? from + ((1 - from) * epoch) / epochs : 1) * after(epoch)
}
