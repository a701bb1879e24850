// Where unknown images come from: classes held out of a labelled set, a second data set, and the mixed pool of known and
// unknown that exploration draws from.

import { join, relative, resolve } from 'node:path'
import { ConfigError, DataError } from '../errors.ts'
import { nearestKey } from './config-explanation.ts'
import type { Dataset, ImageSource } from './dataset.ts'
import { subset, UNKNOWN } from './dataset.ts'
import { RandomState } from './numpy-random.ts'

export interface HeldOutOptions {
  /** Classes unknown at test time: a number of them, drawn by seed, or their names. */
  classes: number | readonly string[]
  /** Further classes for fitting thresholds; always different from `classes`. */
  validationClasses?: number | readonly string[]
  seed: number
}

/** Old labels by role, each ascending; `newLabels[old]` is the known class's new label, or -1. */
export interface HeldOutClasses {
  readonly known: readonly number[]
  readonly open: readonly number[]
  readonly openValidation: readonly number[]
  readonly newLabels: Int32Array
}

/**
 * Chooses the classes to treat as unknown. The classes that fit a threshold are never those it is tested on. Throws
 * ConfigError for a name that does not exist or when no known class would be left.
 */
export function holdOutClasses(classNames: readonly string[], options: HeldOutOptions): HeldOutClasses {
  const drawn = Array.from(new RandomState(options.seed).permutation(classNames.length))
  const taken = new Set<number>()
  const choose = (choice: number | readonly string[], path: string): number[] => {
    const wanted =
      typeof choice === 'number'
        ? drawn.filter((label) => !taken.has(label)).slice(0, choice)
        : choice.map((name) => labelOf(name, classNames, path))
    for (const label of wanted) {
      if (taken.has(label)) throw new ConfigError(path, classNames[label], 'a class can be held out once')
      taken.add(label)
    }
    const left = classNames.length - taken.size
    if (left < 1 || (typeof choice === 'number' && wanted.length < choice)) {
      throw new ConfigError(path, choice, `at least one of the ${classNames.length} classes must stay known`)
    }
    return wanted.sort((a, b) => a - b)
  }
  // Named validation classes are reserved first, so that a drawn number of open classes cannot take one of them.
  const named = Array.isArray(options.validationClasses)
  const early = named ? choose(options.validationClasses ?? 0, 'heldOut.validationClasses') : null
  const open = choose(options.classes, 'heldOut.classes')
  const openValidation = early ?? choose(options.validationClasses ?? 0, 'heldOut.validationClasses')
  const known = classNames.map((_, label) => label).filter((label) => !taken.has(label))
  const newLabels = new Int32Array(classNames.length).fill(UNKNOWN)
  known.forEach((old, label) => {
    newLabels[old] = label
  })
  return { known, open, openValidation, newLabels }
}

function labelOf(name: string, classNames: readonly string[], path: string): number {
  const label = classNames.indexOf(name)
  if (label >= 0) return label
  const near = nearestKey(name, classNames)
  throw new ConfigError(
    path,
    name,
    `expected a class name of the data set${near ? `, did you mean "${near}"?` : ''}`,
  )
}

/** A second data set as the unknown images of a first: same images, every label -1, the first one's class names. */
export function asOpenSet(second: Dataset, classNames: readonly string[]): Dataset {
  return { ...second, classNames, labels: new Int32Array(second.labels.length).fill(UNKNOWN) }
}

export interface MixedPoolOptions {
  /** At most this many known and unknown images, drawn by seed; default all. */
  known?: number
  open?: number
  seed: number
}

/** Known and unknown images in one random order; unknown ones keep label -1. Images must be stored alike. */
export function mixedPool(known: Dataset, open: Dataset, options: MixedPoolOptions): Dataset {
  const random = new RandomState(options.seed)
  const some = (set: Dataset, limit = set.labels.length) =>
    subset(set, random.permutation(set.labels.length).slice(0, limit))
  const both = concatenate(
    some(known, options.known),
    some(asOpenSet(open, known.classNames), options.open),
    `${known.name} + ${open.name}`,
  )
  return subset(both, random.permutation(both.labels.length))
}

/**
 * One data set after the other, with the class names of the first. Throws DataError when one holds pixels and the other
 * files, or when the pixels differ in size.
 */
export function concatenate(first: Dataset, second: Dataset, name: string): Dataset {
  const labels = new Int32Array(first.labels.length + second.labels.length)
  labels.set(first.labels)
  labels.set(second.labels, first.labels.length)
  return { name, classNames: first.classNames, labels, images: joinImages(first, second) }
}

function joinImages(first: Dataset, second: Dataset): ImageSource {
  const a = first.images
  const b = second.images
  if (a.kind === 'files' && b.kind === 'files') {
    if (resolve(a.root) === resolve(b.root)) return { ...a, paths: [...a.paths, ...b.paths] }
    const moved = b.paths.map((path) => relative(a.root, join(b.root, path)))
    return { ...a, paths: [...a.paths, ...moved] }
  }
  if (a.kind === 'pixels' && b.kind === 'pixels' && a.height === b.height && a.width === b.width) {
    const data = new Uint8Array(a.data.length + b.data.length)
    data.set(a.data)
    data.set(b.data, a.data.length)
    return { ...a, data }
  }
  const form = (images: ImageSource) =>
    images.kind === 'files' ? 'image files' : `pixels of ${images.height}x${images.width}`
  throw new DataError(
    second.name,
    `expected images stored like those of ${first.name} (${form(a)}), got ${form(b)}; keep the two sets apart`,
  )
}
