// One row per evaluated image: its number in the test set, label, prediction, rank of the true class and scores. Filled batch
// by batch; several ranks fill their own and merge. Rows are kept in the order of the image numbers, so a report is the same
// for any number of ranks, and images that a padded sampler handed out twice count once.
import { DataError } from '../errors.ts'
import { checkFinite, checkLabels, checkSameLength, type Numbers } from './checked-input.ts'
import { readLogits } from './logit-scores.ts'
import type { HigherIs } from './open-set.ts'

/** A score for every image, and which end of it means known. A bare array is higher for known images. */
export type ScoreColumn = Numbers | { readonly values: Numbers; readonly higherIs: HigherIs }

export interface PredictionBatch {
  /** (B,), -1 = unknown. */
  readonly labels: Numbers
  /** Flat (B, K): gives predictions, ranks and the scores `maxSoftmax` and `energy`. Or instead of it: */
  readonly logits?: Numbers
  /** Closed-set predictions, (B,). Not needed with logits. */
  readonly predictions?: Numbers
  /** For top-k accuracies without logits: how many classes stand before the true one, (B,), -1 for unknown images. */
  readonly ranks?: Numbers
  /** More scores by name, (B,) each; one named as a score of the logits replaces it. */
  readonly scores?: Readonly<Record<string, ScoreColumn>>
  /** The image's numbers in the test set, (B,); without them rows are numbered as they come. */
  readonly indices?: Numbers
}

export interface PredictionColumns {
  readonly labels: Int32Array
  readonly predictions: Int32Array
  /** null when no rank is known. */
  readonly ranks: Int32Array | null
  readonly scores: Readonly<Record<string, { readonly values: Float64Array; readonly higherIs: HigherIs }>>
}

interface Row {
  readonly label: number
  readonly prediction: number
  readonly rank: number | null
  readonly scores: readonly number[]
}

export class PredictionTable {
  readonly classCount: number
  readonly #rows = new Map<number, Row>()
  #scoreNames: string[] | null = null
  #numberedHere = false
  #higherIs = new Map<string, HigherIs>()

  constructor(classCount: number) {
    this.classCount = classCount
  }

  /** Number of images. */
  get size(): number {
    return this.#rows.size
  }

  /** Adds a batch. Throws DataError on lengths that differ, classes out of range, NaN, or scores that change their names. */
  add(batch: PredictionBatch): this {
    const { labels } = batch
    checkLabels('labels', labels, this.classCount)
    const read = batch.logits && readLogits(batch.logits, labels, this.classCount)
    const predictions = batch.predictions ?? read?.predictions
    if (!predictions)
      throw new DataError('predictions', 'expected logits, or predictions with scores, got neither')
    checkSameLength('labels', labels, 'predictions', predictions)
    checkLabels('predictions', predictions, this.classCount)
    const ranks = batch.ranks ?? read?.ranks
    if (ranks) checkSameLength('labels', labels, 'ranks', ranks)
    const columns: Record<string, ScoreColumn> = {
      ...(read && {
        maxSoftmax: read.maxSoftmax,
        energy: { values: read.energy, higherIs: 'unknown' as const },
      }),
      ...batch.scores,
    }
    const names = this.#acceptScores(columns, labels)
    const values = names.map((name) => scoreValues(columns[name]))
    if (batch.indices) checkSameLength('labels', labels, 'indices', batch.indices)
    else this.#numberedHere ||= labels.length > 0
    for (let i = 0; i < labels.length; i++)
      this.#put(batch.indices ? batch.indices[i] : this.#rows.size, {
        label: labels[i],
        prediction: predictions[i],
        rank: ranks ? ranks[i] : null,
        scores: values.map((column) => column[i]),
      })
    return this
  }

  /** Takes in the rows of another rank, whose batches must have carried `indices`. */
  merge(other: PredictionTable): this {
    if (other.classCount !== this.classCount)
      throw new DataError(
        'predictions of another rank',
        `expected ${this.classCount} classes, got ${other.classCount}`,
      )
    if (this.#numberedHere || other.#numberedHere)
      throw new DataError(
        'predictions of another rank',
        'expected batches with indices, which tell the images apart; pass them to add()',
      )
    if (other.#scoreNames) this.#acceptNames(other.#scoreNames, other.#higherIs)
    // Scores are stored in the order in which each table met them.
    const order = (this.#scoreNames ?? []).map((name) => other.#scoreNames?.indexOf(name) ?? -1)
    for (const [index, row] of other.#rows)
      this.#put(index, { ...row, scores: order.map((at) => row.scores[at]) })
    return this
  }

  /** Everything as columns, in the order of the image numbers. */
  columns(): PredictionColumns {
    const rows = [...this.#rows].sort(([a], [b]) => a - b).map(([, row]) => row)
    const scores: Record<string, { values: Float64Array; higherIs: HigherIs }> = {}
    this.#scoreNames?.forEach((name, at) => {
      scores[name] = {
        values: Float64Array.from(rows, (row) => row.scores[at]),
        higherIs: this.#higherIs.get(name)!,
      }
    })
    const ranked = rows.length > 0 && rows.every((row) => row.rank !== null)
    return {
      labels: Int32Array.from(rows, (row) => row.label),
      predictions: Int32Array.from(rows, (row) => row.prediction),
      ranks: ranked ? Int32Array.from(rows, (row) => row.rank!) : null,
      scores,
    }
  }

  #put(index: number, row: Row): void {
    if (!Number.isInteger(index) || index < 0)
      throw new DataError('indices', `expected image numbers from 0 up, got ${index}`)
    const before = this.#rows.get(index)
    if (before && before.label !== row.label)
      throw new DataError(
        `image ${index}`,
        `was evaluated twice with different labels, ${before.label} and ${row.label}; number the images through all lists`,
      )
    if (!before) this.#rows.set(index, row)
  }

  #acceptScores(columns: Readonly<Record<string, ScoreColumn>>, labels: Numbers): string[] {
    const higherIs = new Map<string, HigherIs>()
    for (const [name, column] of Object.entries(columns)) {
      checkSameLength('labels', labels, name, scoreValues(column))
      checkFinite(name, scoreValues(column))
      higherIs.set(name, 'higherIs' in column ? column.higherIs : 'known')
    }
    return this.#acceptNames([...higherIs.keys()], higherIs)
  }

  #acceptNames(names: readonly string[], higherIs: ReadonlyMap<string, HigherIs>): string[] {
    if (this.#scoreNames === null) {
      this.#scoreNames = [...names]
      this.#higherIs = new Map(higherIs)
    }
    const expected = this.#scoreNames
    if (
      names.length !== expected.length ||
      expected.some((name) => higherIs.get(name) !== this.#higherIs.get(name))
    )
      throw new DataError(
        'scores',
        `expected ${expected.join(', ') || 'none'} in every batch, got ${names.join(', ') || 'none'}`,
      )
    return expected
  }
}

function scoreValues(column: ScoreColumn): Numbers {
  return 'higherIs' in column ? column.values : column
}
