// The selection strategies by name.

import { nearestKey } from '../../datasets/config-explanation.ts'
import { ConfigError } from '../../errors.ts'
import { clusterEnergy } from './cluster-energy.ts'
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
  'cluster-energy': clusterEnergy,
}

/** Throws ConfigError for an unknown name. */
export function strategy(name: string): Strategy {
  if (Object.hasOwn(strategies, name)) return strategies[name]
  const names = Object.keys(strategies)
  const near = nearestKey(name, names)
  const hint = near === undefined ? '' : `unknown strategy, did you mean ${JSON.stringify(near)}? `
  throw new ConfigError('strategy', name, `${hint}expected one of ${names.join(', ')}`)
}
