// What a benchmark is: a program that measures, and lines that say what was found against what was promised.

/** The middle of several measurements, and the range of the middle half of them. */
export interface Quantity {
  readonly value: number
  readonly unit: string
  readonly low?: number
  readonly high?: number
}

export interface Line {
  readonly what: string
  /** null where nothing could be measured. */
  readonly ours: Quantity | null
  /** What it is compared with, where there is something. */
  readonly peer: Quantity | null
  /** How many times better than the peer, or which share of it, as `target` says; null without a peer. */
  readonly ratio: Quantity | null
  readonly target: string
  /** null: not measured; the remark says why. */
  readonly met: boolean | null
  /** How it was measured, or why it was not. */
  readonly remark: string
}

export interface Options {
  /** Small sizes and few repetitions: shows that the program works, the numbers mean nothing. */
  readonly quick: boolean
}

export interface Benchmark {
  readonly name: string
  readonly run: (options: Options) => Promise<Line[]>
}

/** A line for what cannot be measured here. */
export function skipped(what: string, target: string, remark: string): Line {
  return { what, ours: null, peer: null, ratio: null, target, met: null, remark }
}

/** Median and quartiles. Throws RangeError for no samples. */
export function quantity(samples: readonly number[], unit: string): Quantity {
  if (samples.length === 0) throw new RangeError('a median needs at least one sample')
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number): number => {
    const place = share * (sorted.length - 1)
    const below = Math.floor(place)
    const above = Math.min(below + 1, sorted.length - 1)
    return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
  }
  return { value: at(0.5), unit, low: at(0.25), high: at(0.75) }
}

/** Seconds that `body` takes. */
export function seconds(body: () => void): number {
  const start = performance.now()
  body()
  return (performance.now() - start) / 1000
}
