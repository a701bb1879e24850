// Validation images taken out of training images, class by class and by seed, so that thresholds and choices are never
// fitted on the test set; and the split of a data set that comes in one piece.

import { indicesByClass } from './dataset.ts'
import { RandomState } from './numpy-random.ts'

export interface TrainValidation {
  /** Positions that stay for training, in the order they were given. */
  readonly train: Int32Array
  readonly validation: Int32Array
}

/**
 * Takes up to `perClass` images of each class. Images in `spare` (training images that a long tail leaves unused) are
 * taken first, so the training set keeps its published size where it can; the rest comes out of `train`, but never more
 * than a fifth of a class, so a few-shot class is not emptied to measure it.
 */
export function holdOutValidation(
  labels: Int32Array,
  classes: number,
  train: Int32Array,
  spare: Int32Array,
  options: { perClass: number; seed: number },
): TrainValidation {
  const random = new RandomState(options.seed)
  const byClass = (positions: Int32Array) =>
    indicesByClass(
      Int32Array.from(positions, (position) => labels[position]),
      classes,
    ).map((list) => list.map((at) => positions[at]))
  const unused = byClass(spare)
  const validation: number[] = []
  byClass(train).forEach((used, label) => {
    const first = random.shuffle(unused[label]).slice(0, options.perClass)
    const most = Math.min(options.perClass - first.length, Math.floor(used.length / 5))
    validation.push(...first, ...random.shuffle(used).slice(0, most))
  })
  const taken = new Set(validation)
  return {
    train: train.filter((position) => !taken.has(position)),
    validation: Int32Array.from(validation).sort(),
  }
}

export interface StratifiedParts {
  readonly train: Int32Array
  readonly validation: Int32Array
  readonly test: Int32Array
}

/**
 * Divides each class by the given shares (the rest trains): a seeded shuffle per class, classes ascending. Every class
 * that has an image keeps at least one for training; a class with two or more gives at least one to the test.
 */
export function stratifiedSplit(
  labels: Int32Array,
  classes: number,
  options: { test: number; validation: number; seed: number },
): StratifiedParts {
  const random = new RandomState(options.seed)
  const parts = { train: [] as number[], validation: [] as number[], test: [] as number[] }
  for (const list of indicesByClass(labels, classes)) {
    random.shuffle(list)
    const spare = list.length - 1
    const test = options.test === 0 ? 0 : Math.min(spare, Math.max(1, Math.round(options.test * list.length)))
    const validation = Math.min(Math.max(0, spare - test), Math.round(options.validation * list.length))
    parts.test.push(...list.slice(0, Math.max(0, test)))
    parts.validation.push(...list.slice(Math.max(0, test), Math.max(0, test) + validation))
    parts.train.push(...list.slice(Math.max(0, test) + validation))
  }
  return {
    train: Int32Array.from(parts.train).sort(),
    validation: Int32Array.from(parts.validation).sort(),
    test: Int32Array.from(parts.test).sort(),
  }
}
