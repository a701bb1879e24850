// The paper's selection (Alg. 1): the images of the highest energy, open and informative at once.

import { highestFirst, limited } from './ranking.ts'
import type { Strategy } from './strategy.ts'

export const energy: Strategy = ({ scores }, budget) =>
  highestFirst(scores.energy, limited(budget, scores.energy.length))
