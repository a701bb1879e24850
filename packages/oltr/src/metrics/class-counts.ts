// What accuracies and F-measures need to know of a set of predictions, as sums per class. Four numbers per class instead of
// the K x K confusion matrix (265 MB at K = 8,142), and sums add up: several ranks count their own share and merge.
import { DataError } from '../errors.ts'
import { checkLabels, checkSameLength, type Numbers, UNKNOWN } from './checked-input.ts'

const ROWS = 4

/**
 * Counts per class for K known classes and, as entry K, the unknown class: label -1 and prediction -1.
 * Every view has K + 1 entries.
 */
export class ClassCounts {
  readonly classCount: number
  /** All counts in one array of 4 (K + 1) numbers, so that a sum over ranks is one all-reduce. */
  readonly cells: Float64Array
  /** Images with this label. */
  readonly support: Float64Array
  /** Images predicted as this class, whatever their label. */
  readonly predicted: Float64Array
  /** Images of this label predicted as this class. */
  readonly correct: Float64Array
  /** Images of this label predicted as unknown. */
  readonly rejected: Float64Array

  constructor(classCount: number, cells: Float64Array = new Float64Array(ROWS * (classCount + 1))) {
    const width = classCount + 1
    if (cells.length !== ROWS * width)
      throw new DataError(
        'class counts',
        `expected ${ROWS * width} numbers for ${classCount} classes, got ${cells.length}`,
      )
    this.classCount = classCount
    this.cells = cells
    this.support = cells.subarray(0, width)
    this.predicted = cells.subarray(width, 2 * width)
    this.correct = cells.subarray(2 * width, 3 * width)
    this.rejected = cells.subarray(3 * width, 4 * width)
  }

  /** Counts labels and predictions of the same images; both (N,), -1 or 0..K-1. Throws DataError on anything else. */
  static of(labels: Numbers, predictions: Numbers, classCount: number): ClassCounts {
    return new ClassCounts(classCount).add(labels, predictions)
  }

  /** Adds a batch. Throws DataError on a class number out of range, before anything is counted. */
  add(labels: Numbers, predictions: Numbers): this {
    checkSameLength('labels', labels, 'predictions', predictions)
    checkLabels('labels', labels, this.classCount)
    checkLabels('predictions', predictions, this.classCount)
    const { support, predicted, correct, rejected, classCount } = this
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i] === UNKNOWN ? classCount : labels[i]
      const prediction = predictions[i] === UNKNOWN ? classCount : predictions[i]
      support[label]++
      predicted[prediction]++
      if (label === prediction) correct[label]++
      if (prediction === classCount) rejected[label]++
    }
    return this
  }

  /** Adds the counts of another rank. Throws DataError when it counted another number of classes. */
  merge(other: ClassCounts): this {
    if (other.classCount !== this.classCount)
      throw new DataError('class counts', `expected ${this.classCount} classes, got ${other.classCount}`)
    for (let i = 0; i < this.cells.length; i++) this.cells[i] += other.cells[i]
    return this
  }

  /** Number of images of known classes. */
  get knownImages(): number {
    return total(this.support) - this.unknownImages
  }

  /** Number of images of no known class. */
  get unknownImages(): number {
    return this.support[this.classCount]
  }

  /** Images of known classes predicted rightly. */
  get knownCorrect(): number {
    return total(this.correct) - this.correct[this.classCount]
  }

  /** Images of known classes predicted as unknown. */
  get knownRejected(): number {
    return total(this.rejected) - this.unknownRejected
  }

  /** Images of no known class predicted as unknown. */
  get unknownRejected(): number {
    return this.rejected[this.classCount]
  }
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}
