// The published transforms of each benchmark, at the size that the run is configured for.

import {
  cifarEval,
  cifarTrain,
  imagenetEval,
  imagenetTrain,
  inaturalistEval,
  inaturalistTrain,
  placesEval,
  placesTrain,
  smallEval,
  smallTrain,
  type Transform,
} from '@oltr/torch/data'
import type { RunConfig } from '../run-config.ts'

const presets: Record<
  RunConfig['augmentation'],
  { train: (size: number) => readonly Transform[]; evaluate: (size: number) => readonly Transform[] }
> = {
  cifar: { train: () => cifarTrain(), evaluate: () => cifarEval() },
  imagenet: { train: imagenetTrain, evaluate: imagenetEval },
  places: { train: placesTrain, evaluate: placesEval },
  inaturalist: { train: inaturalistTrain, evaluate: inaturalistEval },
  small: { train: smallTrain, evaluate: smallEval },
}

export function trainingTransforms({ augmentation, data }: RunConfig): readonly Transform[] {
  return presets[augmentation].train(data.imageSize)
}

/** What every image goes through outside of training; stored with the model. */
export function evaluationTransforms({ augmentation, data }: RunConfig): readonly Transform[] {
  return presets[augmentation].evaluate(data.imageSize)
}
