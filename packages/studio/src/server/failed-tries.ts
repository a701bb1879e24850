// Guesses at links, counted by address: ten wrong ones within a minute, and that address waits. Right ones do not count, since
// many people may sit behind one router.

const MOST = 10
const WINDOW = 60_000
/** Addresses that are remembered at once; one more, and those whose minute is over are forgotten. */
const ADDRESSES = 10_000

interface Tries {
  failed: number
  readonly until: number
  /** The tries of one address are made one after the other: many at once would all be made before the first has failed. */
  turn: Promise<unknown>
}

export class FailedTries {
  readonly #of = new Map<string, Tries>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Resolves with what `work` finds, null being a failure, or with 'too-often', without trying. */
  async try<Found>(address: string, work: () => Promise<Found | null>): Promise<Found | null | 'too-often'> {
    const tries = this.#triesOf(address)
    const attempt = tries.turn.then(async () => {
      if (tries.failed >= MOST) return 'too-often'
      const found = await work()
      if (found === null) tries.failed++
      return found
    })
    tries.turn = attempt.catch(() => {})
    return attempt
  }

  #triesOf(address: string): Tries {
    const now = this.#now()
    const known = this.#of.get(address)
    if (known && known.until > now) return known
    if (this.#of.size >= ADDRESSES)
      for (const [each, { until }] of this.#of) if (until <= now) this.#of.delete(each)
    const fresh = { failed: 0, until: now + WINDOW, turn: Promise.resolve() }
    this.#of.set(address, fresh)
    return fresh
  }
}
