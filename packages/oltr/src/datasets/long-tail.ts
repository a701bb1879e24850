// Long-tail profiles, and the selection of images that gives a balanced set such a profile.
// Exponential: CIFAR-LT as the LDAM code builds it (Cao et al., NeurIPS 2019). Lomax (Pareto II): the fit to the
// class counts of ImageNet-LT, whose paper names a Pareto distribution with power 6 (Liu et al., CVPR 2019).

import type { Dataset } from './dataset.ts'
import { indicesByClass } from './dataset.ts'
import { RandomState } from './numpy-random.ts'

/** What a selection looks at. */
type Labelled = Pick<Dataset, 'labels' | 'classNames'>

/**
 * n_c = floor(max * imbalance^(-c / (C - 1))), c = 0..C-1, never below 1. CIFAR-10 and CIFAR-100 at imbalance 100:
 * 12,406 and 10,847 images. Throws RangeError for imbalance below 1.
 */
export function exponentialCounts(classes: number, max: number, imbalance: number): Int32Array {
  checkProfile(classes, max, imbalance)
  const factor = 1 / imbalance
  // The same double arithmetic as the original's `int(max * factor ** (c / (C - 1.0)))`, so the floors agree.
  return Int32Array.from({ length: classes }, (_, c) =>
    Math.max(1, Math.floor(max * factor ** (classes === 1 ? 0 : c / (classes - 1)))),
  )
}

/** Lomax shape of the ImageNet-LT fit. */
export const IMAGENET_LT_ALPHA = 6
/**
 * How far the fitted curve's first class lies above the largest class (it is cut there): scale 555 for 1000 classes
 * between 5 and 1280 images, total 115,7xx against the published 115,846.
 */
const IMAGENET_LT_HEADROOM = (555 * (0.0005 ** (-1 / IMAGENET_LT_ALPHA) - 1)) / (1280 - 5)

export interface LomaxOptions {
  /** Tail shape. Omitted: the ImageNet-LT fit (6, cut at the largest class). Given: the first class is exactly max. */
  alpha?: number
}

/**
 * n_i = min + scale (u_i^(-1/alpha) - 1), u_i = (i + 1/2) / C, cut at max; min = max / imbalance, at least 1. A smaller
 * alpha gives a heavier tail: fewer images between the same max and min. Throws RangeError for alpha <= 0.
 */
export function lomaxCounts(
  classes: number,
  max: number,
  imbalance: number,
  options: LomaxOptions = {},
): Int32Array {
  checkProfile(classes, max, imbalance)
  const alpha = options.alpha ?? IMAGENET_LT_ALPHA
  if (!(alpha > 0)) throw new RangeError(`alpha is a positive number, got ${alpha}`)
  const headroom = options.alpha === undefined ? IMAGENET_LT_HEADROOM : 1
  const min = Math.max(1, Math.round(max / imbalance))
  const rise = (rank: number) => ((rank + 0.5) / classes) ** (-1 / alpha) - 1
  const scale = (headroom * (max - min)) / rise(0)
  return Int32Array.from({ length: classes }, (_, rank) =>
    Math.min(max, Math.round(min + scale * rise(rank))),
  )
}

function checkProfile(classes: number, max: number, imbalance: number): void {
  if (!(Number.isInteger(classes) && classes >= 1))
    throw new RangeError(`a profile needs classes, got ${classes}`)
  if (!(max >= 1)) throw new RangeError(`the largest class needs at least one image, got ${max}`)
  if (!(imbalance >= 1))
    throw new RangeError(`imbalance is largest / smallest class, 1 or more, got ${imbalance}`)
}

/**
 * Indices of the first counts[c] images of each class after a shuffle; one RandomState(seed) stream, classes ascending,
 * result class by class: the LDAM code's selection. A class that has fewer images keeps all of them.
 */
export function selectPerClass(dataset: Labelled, counts: ArrayLike<number>, seed: number): Int32Array {
  const random = new RandomState(seed)
  const selected: number[] = []
  indicesByClass(dataset.labels, dataset.classNames.length).forEach((indices, label) => {
    if (indices.length === 0) return // numpy.unique never reports an empty class, so it draws nothing for it
    random.shuffle(indices)
    for (let i = 0; i < Math.min(counts[label], indices.length); i++) selected.push(indices[i])
  })
  return Int32Array.from(selected)
}

export interface LongTailOptions {
  profile: 'exponential' | 'lomax'
  imbalance: number
  alpha?: number
  seed: number
}

/**
 * Selects a long-tailed subset of a (roughly) balanced set. The largest class gets N / C images, as in the LDAM code;
 * classes with lower labels are larger.
 */
export function longTailIndices(dataset: Labelled, options: LongTailOptions): Int32Array {
  const classes = dataset.classNames.length
  const known = dataset.labels.reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0)
  const max = Math.floor(known / classes)
  const counts =
    options.profile === 'exponential'
      ? exponentialCounts(classes, max, options.imbalance)
      : lomaxCounts(classes, max, options.imbalance, { alpha: options.alpha })
  return selectPerClass(dataset, counts, options.seed)
}
