// Learning-rate schedules: pure functions from the epoch to a factor of the base rate, described by plain data, so
// that a run's configuration holds its schedule and a resumed run needs nothing but the epoch.

import { constant } from './constant.ts'
import { type CosineConfig, cosine } from './cosine.ts'
import { type LinearWarmUpConfig, linearWarmUp } from './linear-warm-up.ts'
import { type MultiStepConfig, multiStep } from './multi-step.ts'
import { type PiecewiseConfig, piecewise } from './piecewise.ts'
import { type StepDecayConfig, stepDecay } from './step-decay.ts'

/** The factor of the base learning rate in an epoch; epochs count from 0 and may be fractions. */
export type Schedule = (epoch: number) => number

export type ScheduleConfig =
  | { kind: 'constant' }
  | ({ kind: 'step' } & StepDecayConfig)
  | ({ kind: 'multi-step' } & MultiStepConfig)
  | ({ kind: 'cosine' } & CosineConfig)
  | ({ kind: 'piecewise' } & PiecewiseConfig)
  | ({ kind: 'linear-warm-up'; after: ScheduleConfig } & LinearWarmUpConfig)

/** The schedule that a configuration describes. Throws RangeError for values out of range. */
export function scheduleOf(config: ScheduleConfig): Schedule {
  switch (config.kind) {
    case 'constant':
      return constant()
    case 'step':
      return stepDecay(config)
    case 'multi-step':
      return multiStep(config)
    case 'cosine':
      return cosine(config)
    case 'piecewise':
      return piecewise(config)
    case 'linear-warm-up':
      return linearWarmUp(config, scheduleOf(config.after))
  }
}

/** Sets every group's rate to its own base rate times the schedule's factor at `epoch`. */
export function applySchedule(
  optimizer: { readonly groups: readonly { lr: number; baseLr: number }[] },
  schedule: Schedule,
  epoch: number,
): void {
  const factor = schedule(epoch)
  for (const group of optimizer.groups) group.lr = group.baseLr * factor
}
