// Optimisers, gradient clipping and learning-rate schedules.

export { Adam, type AdamSettings } from './adam.ts'
export { AdamW } from './adamw.ts'
export { type ClipOptions, clipGradNorm } from './clip-grad-norm.ts'
export { constant } from './constant.ts'
export { cosine } from './cosine.ts'
export { linearWarmUp } from './linear-warm-up.ts'
export { multiStep } from './multi-step.ts'
export { type ActiveGroup, Optimizer, type OptimizerState, type ParameterGroup } from './optimizer.ts'
export { piecewise } from './piecewise.ts'
export { applySchedule, type Schedule, type ScheduleConfig, scheduleOf } from './schedule.ts'
export { SGD, type SGDSettings } from './sgd.ts'
export { stepDecay } from './step-decay.ts'
