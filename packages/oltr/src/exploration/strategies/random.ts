// Random selection: uniform without replacement, the line that every strategy must beat.

import { SeededRandom } from '@oltr/torch/data'
import { limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

export const random: Strategy = ({ scores }, budget, { seed }) => {
  const count = scores.energy.length
  const wanted = limited(budget, count)
  return new SeededRandom(seed).permutation(count).slice(0, wanted)
}
