// How much of people's time a round may take: a number of images, or a share of the pool.

import { ConfigError } from '../errors.ts'

/**
 * Images that a budget such as `200` or `10%` means for a pool of `pool` images: at most all of them. Throws ConfigError for
 * anything else; a budget of 0 asks nothing, which is an error too, since nobody means it.
 */
export function budgetImages(budget: string, pool: number): number {
  const found = /^(\d+(?:\.\d+)?)(%?)$/.exec(budget.trim())
  const amount = Number(found?.[1])
  const isShare = found?.[2] === '%'
  if (!found || amount <= 0 || (isShare ? amount > 100 : !Number.isInteger(amount)))
    throw new ConfigError(
      'budget',
      budget,
      'expected a number of images such as 200, or a share of the pool such as 10%',
    )
  return Math.min(pool, isShare ? Math.max(1, Math.round((amount / 100) * pool)) : amount)
}
