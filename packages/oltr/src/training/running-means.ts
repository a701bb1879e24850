// Means over the steps of an epoch. They are part of a checkpoint, so that a resumed epoch reports what an undisturbed
// one would.

export interface RunningMeansState {
  readonly count: number
  readonly sums: Readonly<Record<string, number>>
}

export class RunningMeans {
  #count = 0
  readonly #sums: Record<string, number> = {}

  static from({ count, sums }: RunningMeansState): RunningMeans {
    const means = new RunningMeans()
    means.#count = count
    Object.assign(means.#sums, sums)
    return means
  }

  add(values: Readonly<Record<string, number>>): void {
    this.#count++
    for (const [name, value] of Object.entries(values)) this.#sums[name] = (this.#sums[name] ?? 0) + value
  }

  values(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#sums).map(([name, sum]) => [name, sum / this.#count]))
  }

  /** Four significant digits, for the progress line. */
  rounded(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.values()).map(([name, value]) => [name, Number(value.toPrecision(4))]),
    )
  }

  state(): RunningMeansState {
    return { count: this.#count, sums: { ...this.#sums } }
  }
}
