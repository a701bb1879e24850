// The transforms that each benchmark's published code uses, for training and for evaluation.

import type { Transform } from './transforms.ts'

type Statistics = { mean: readonly [number, number, number]; std: readonly [number, number, number] }

/** Means and standard deviations of the colours, in [0, 1]. */
export const imagenetStatistics: Statistics = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
/** Of iNaturalist 2018, as Kang et al. (decoupling) and RIDE normalise it. */
export const inaturalistStatistics: Statistics = { mean: [0.466, 0.471, 0.38], std: [0.195, 0.194, 0.192] }
/** Used for CIFAR-10 and CIFAR-100 alike by LDAM and its successors. */
export const cifarStatistics: Statistics = { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] }
/** For images of which nothing is known: [0, 1] becomes [-2, 2]. */
export const neutralStatistics: Statistics = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }

const normalize = (statistics: Statistics): Transform => ({ kind: 'normalize', ...statistics })
const flip: Transform = { kind: 'horizontalFlip', probability: 0.5 }

/** ImageNet-LT: random resized crop, flip, colour jitter .4 (the authors' code). */
export function imagenetTrain(size = 224): Transform[] {
  return [
    { kind: 'randomResizedCrop', size, scale: [0.08, 1], ratio: [3 / 4, 4 / 3] },
    flip,
    { kind: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4 },
    normalize(imagenetStatistics),
  ]
}

/** The middle of the image, its shorter side 8/7 of the crop: 256 and 224. */
export function imagenetEval(size = 224): Transform[] {
  return middle(size, imagenetStatistics)
}

/** Places-LT is treated as ImageNet-LT is. */
export const placesTrain = imagenetTrain
export const placesEval = imagenetEval

/** iNaturalist 2018: no colour jitter, its own statistics. */
export function inaturalistTrain(size = 224): Transform[] {
  return [
    { kind: 'randomResizedCrop', size, scale: [0.08, 1], ratio: [3 / 4, 4 / 3] },
    flip,
    normalize(inaturalistStatistics),
  ]
}

export function inaturalistEval(size = 224): Transform[] {
  return middle(size, inaturalistStatistics)
}

/** CIFAR: four black pixels around, a random 32 x 32 of that, flip. RIDE also rotates by up to 15 degrees. */
export function cifarTrain(options: { rotation?: number } = {}): Transform[] {
  const rotation: Transform[] = options.rotation ? [{ kind: 'rotation', degrees: options.rotation }] : []
  return [{ kind: 'randomCrop', size: 32, padding: 4 }, flip, ...rotation, normalize(cifarStatistics)]
}

/** Images of another size are resized to 32 x 32. */
export function cifarEval(): Transform[] {
  return [{ kind: 'resize', size: 32 }, normalize(cifarStatistics)]
}

/**
 * Small images of any kind (the built-in set, a folder): shorter side to `size`, a random square after padding by an
 * eighth, flip, and a little jitter of light but not of colour, which may be what tells two classes apart.
 */
export function smallTrain(size: number): Transform[] {
  return [
    { kind: 'resizeShorter', size },
    { kind: 'centerCrop', size },
    { kind: 'randomCrop', size, padding: Math.max(1, Math.round(size / 8)) },
    flip,
    { kind: 'colorJitter', brightness: 0.2, contrast: 0.2 },
    normalize(neutralStatistics),
  ]
}

export function smallEval(size: number): Transform[] {
  return [{ kind: 'resizeShorter', size }, { kind: 'centerCrop', size }, normalize(neutralStatistics)]
}

function middle(size: number, statistics: Statistics): Transform[] {
  return [
    { kind: 'resizeShorter', size: Math.round((size * 8) / 7) },
    { kind: 'centerCrop', size },
    normalize(statistics),
  ]
}
