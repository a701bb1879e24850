// A pool's scores as columns of numbers: what selection works on.

import type { ExplorationScores } from './scores.ts'

/** One line of scores.jsonl: an image with its scores, or the reason why nobody should be asked about it. */
export interface ScoreLine {
  /** Position in the feature store. */
  readonly at: number
  readonly image: string
  /** SHA-256 of its content. */
  readonly id?: string
  readonly skipped?: string
  readonly openness?: number
  readonly informativeness?: number
  readonly energy?: number
  /** Class names and distances, nearest first. */
  readonly nearest?: readonly (readonly [string, number])[]
}

export interface ScoredPool {
  /** Positions in the store of the images that may be asked about, (n,). */
  readonly candidates: Int32Array
  /** Of the candidates, (n,) each. */
  readonly scores: ExplorationScores
  /** Images left out, with the reason. */
  readonly skipped: readonly ScoreLine[]
}

export class ScoreColumns {
  readonly #labelOf: ReadonlyMap<string, number>
  readonly #candidates: number[] = []
  readonly #openness: number[] = []
  readonly #informativeness: number[] = []
  readonly #energy: number[] = []
  readonly #nearest: number[] = []
  readonly #nearestDistances: number[] = []
  readonly #skipped: ScoreLine[] = []

  constructor(classNames: readonly string[]) {
    this.#labelOf = new Map(classNames.map((name, label) => [name, label]))
  }

  /** Lines so far. */
  get lines(): number {
    return this.#candidates.length + this.#skipped.length
  }

  add(line: ScoreLine): void {
    if (line.skipped !== undefined) {
      this.#skipped.push(line)
      return
    }
    this.#candidates.push(line.at)
    this.#openness.push(line.openness!)
    this.#informativeness.push(line.informativeness!)
    this.#energy.push(line.energy!)
    for (const [name, distance] of line.nearest!) {
      this.#nearest.push(this.#labelOf.get(name)!)
      this.#nearestDistances.push(distance)
    }
  }

  pool(): ScoredPool {
    const count = this.#candidates.length
    return {
      candidates: Int32Array.from(this.#candidates),
      scores: {
        openness: Float32Array.from(this.#openness),
        informativeness: Float32Array.from(this.#informativeness),
        energy: Float32Array.from(this.#energy),
        nearest: Int32Array.from(this.#nearest),
        nearestDistances: Float32Array.from(this.#nearestDistances),
        nearestCount: count === 0 ? 0 : this.#nearest.length / count,
      },
      skipped: this.#skipped,
    }
  }
}
