// Any factors from any epochs on: for schedules that follow no rule, such as warm-up by hand and uneven drops.

import type { Schedule } from './schedule.ts'

export interface PiecewiseConfig {
  /** [first epoch, factor], the epochs rising from 0. */
  pieces: readonly (readonly [number, number])[]
}

/** Throws RangeError when the epochs do not rise from 0. */
export function piecewise({ pieces }: PiecewiseConfig): Schedule {
  const rising = pieces.every(([epoch], i) => (i === 0 ? epoch === 0 : epoch > pieces[i - 1][0]))
  if (pieces.length === 0 || !rising) {
    throw new RangeError(
      `pieces must start at epoch 0 and rise, got epochs [${pieces.map(([epoch]) => epoch)}]`,
    )
  }
  return (epoch) => pieces.findLast(([from]) => from <= epoch)?.[1] ?? pieces[0][1]
}
