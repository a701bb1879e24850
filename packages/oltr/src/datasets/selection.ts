// Images chosen out of a data set, by position and not yet copied, so that several choices in a row (held-out classes,
// long tail, validation part) cost nothing and the final index list is what the split record stores.

import type { Dataset } from './dataset.ts'
import { subset } from './dataset.ts'
import type { SplitPart } from './split-record.ts'
import { splitPart } from './split-record.ts'

export interface Selection {
  readonly base: Dataset
  /** Positions in `base`, (N,). */
  readonly indices: Int32Array
  /** Labels of the chosen images in the order of `indices`, -1 for unknown, (N,). */
  readonly labels: Int32Array
  readonly classNames: readonly string[]
}

/** Every image of a data set. */
export function selectAll(base: Dataset): Selection {
  return {
    base,
    indices: Int32Array.from({ length: base.labels.length }, (_, index) => index),
    labels: base.labels,
    classNames: base.classNames,
  }
}

/** The images at `positions` of a selection, in that order. */
export function pick(selection: Selection, positions: ArrayLike<number>): Selection {
  return {
    ...selection,
    indices: Int32Array.from(positions, (position) => selection.indices[position]),
    labels: Int32Array.from(positions, (position) => selection.labels[position]),
  }
}

/** The same images with class c renamed to `newLabels[c]`; images whose class maps to a negative label are dropped. */
export function relabel(
  selection: Selection,
  newLabels: ArrayLike<number>,
  classNames: readonly string[],
): Selection {
  const kept: number[] = []
  selection.labels.forEach((label, position) => {
    if (label >= 0 && newLabels[label] >= 0) kept.push(position)
  })
  const chosen = pick(selection, kept)
  return { ...chosen, labels: chosen.labels.map((label) => newLabels[label]), classNames }
}

/** The same images, all unknown. */
export function asUnknown(selection: Selection, classNames: readonly string[]): Selection {
  return { ...selection, labels: new Int32Array(selection.indices.length).fill(-1), classNames }
}

/** The data set a selection stands for. Shares the pixels of its base where it holds all of them in order. */
export function materialise(selection: Selection, name: string): Dataset {
  const { base, indices, labels, classNames } = selection
  const whole = indices.length === base.labels.length && indices.every((index, at) => index === at)
  if (whole) return { name, classNames, labels, images: base.images }
  return subset(base, indices, { name, classNames, labels })
}

/** The part of a split record that describes a selection, and the images it became. */
export function partOf(selection: Selection, dataset: Dataset): SplitPart {
  const { base, indices, labels } = selection
  return splitPart(base.name, base.labels.length, indices, labels, dataset.images)
}
