// One arm of a comparison: a strategy and the reading of the scores that it ranks by, written `energy` or, with other than
// the run's settings, `energy@unit` and `energy-clusters@per-centroid,unit`.

import { ConfigError } from '../errors.ts'
import { type EnergyReading, METRICS, type Metric, READINGS, type ScoreOptions } from './scores.ts'
import { strategy } from './strategies/strategies.ts'
import type { Strategy } from './strategies/strategy.ts'

export interface Arm {
  /** As written. */
  readonly name: string
  readonly pick: Strategy
  readonly scores: ScoreOptions
}

/** Throws ConfigError for a strategy, a reading or a metric that does not exist. */
export function parseArm(name: string, defaults: ScoreOptions): Arm {
  const [base, variant] = name.split('@')
  const scores = { ...defaults }
  for (const word of variant?.split(',') ?? []) {
    if (READINGS.includes(word as EnergyReading)) scores.reading = word as EnergyReading
    else if (METRICS.includes(word as Metric)) scores.metric = word as Metric
    else
      throw new ConfigError(
        'strategy',
        name,
        `expected one of ${[...READINGS, ...METRICS].join(', ')} after @`,
      )
  }
  return { name, pick: strategy(base), scores }
}
