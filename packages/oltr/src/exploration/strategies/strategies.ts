// The selection strategies by name.

import { ConfigError } from '../../errors.ts'
import { energy } from './energy.ts'
import { energyClusters } from './energy-clusters.ts'
import { entropy } from './entropy.ts'
import { kCenter } from './k-center.ts'
import { margin } from './margin.ts'
import { maxSoftmax } from './max-softmax.ts'
import { random } from './random.ts'
import type { Strategy } from './strategy.ts'

export const strategies: Readonly<Record<string, Strategy>> = {
  random,
  'max-softmax': maxSoftmax,
  entropy,
  margin,
  'k-center': kCenter,
  energy,
  'energy-clusters': energyClusters,
}

/** Throws ConfigError for an unknown name. */
export function strategy(name: string): Strategy {
  if (!Object.hasOwn(strategies, name))
    throw new ConfigError('strategy', name, `expected one of ${Object.keys(strategies).join(', ')}`)
  return strategies[name]
}
