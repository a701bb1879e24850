// A trained model as one file: the weights, and everything needed to decide one image without asking anyone: the class
// names, the preprocessing, the threshold and how it was fitted, and where the model comes from.

import { FormatError } from '@oltr/torch'
import type { Transform } from '@oltr/torch/data'
import { loadTensors, saveTensors } from '@oltr/torch/io'
import { DataError } from './errors.ts'
import type { FittedThreshold } from './metrics/threshold.ts'
import { OpenLongTailedModel } from './model.ts'
import { ModelConfig } from './model-config.ts'
import { PlainModel } from './plain-model.ts'
import type { Precision } from './training/precision.ts'

const FORMAT = 'oltr-model-1'

export interface ModelCard {
  /** `plain`: stage 1; `oltr`: the complete model. */
  readonly kind: 'plain' | 'oltr'
  readonly model: ModelConfig
  /** K names, label 0 first. */
  readonly classNames: readonly string[]
  /** Training images of each class, (K,). */
  readonly trainingCounts: readonly number[]
  /** From an image file to the model's input. */
  readonly preprocessing: readonly Transform[]
  /** When an image counts as unknown. */
  readonly threshold: FittedThreshold
  readonly provenance: {
    readonly recipe: string
    readonly seed: number
    readonly epochs: number
    /** The precision it was trained, and its threshold fitted, in; inference keeps to it. */
    readonly precision: Precision
    /** SHA-256 of the index list of the training images. */
    readonly trainingSplit: string
    readonly parameters: number
    readonly libtorch: string
  }
}

export type TrainedModel =
  | { readonly kind: 'plain'; readonly card: ModelCard; readonly model: PlainModel }
  | { readonly kind: 'oltr'; readonly card: ModelCard; readonly model: OpenLongTailedModel }

/** Writes the file, whole or not at all, with its checksum inside. */
export function saveTrainedModel(
  path: string,
  model: PlainModel | OpenLongTailedModel,
  card: ModelCard,
): void {
  saveTensors(path, model.stateDict(), { format: FORMAT, card: JSON.stringify(card) })
}

/**
 * Loads a model in evaluation mode. Throws FormatError for a damaged file, DataError for a file that is no model of
 * this product.
 */
export function loadTrainedModel(path: string): TrainedModel {
  const { tensors, metadata } = loadTensors(path)
  if (metadata.format !== FORMAT || !metadata.card) {
    throw new DataError(
      path,
      `expected a model written by \`oltr train\` (${FORMAT}); weights alone say too little`,
    )
  }
  const card = parseCard(path, metadata.card)
  const classes = card.classNames.length
  try {
    if (card.kind === 'plain') {
      const model = new PlainModel(card.model, classes)
      model.loadStateDict(tensors)
      return { kind: 'plain', card, model: ready(model) }
    }
    const model = new OpenLongTailedModel(card.model, classes)
    model.loadStateDict(tensors)
    return { kind: 'oltr', card, model: ready(model) }
  } finally {
    for (const tensor of tensors.values()) tensor.dispose()
  }
}

/** A complete model. Throws DataError for a plain one, which has no memory to explore with or to grow. */
export function loadOltr(path: string): Extract<TrainedModel, { kind: 'oltr' }> {
  const trained = loadTrainedModel(path)
  if (trained.kind === 'oltr') return trained
  trained.model.dispose()
  throw new DataError(path, 'is a plain model; the complete one, oltr.safetensors, is needed')
}

function parseCard(path: string, text: string): ModelCard {
  try {
    const card = JSON.parse(text) as ModelCard
    return { ...card, model: ModelConfig.parse(card.model) }
  } catch (cause) {
    throw new FormatError(path, 'the model card inside cannot be read', { cause })
  }
}

/** For inference: convolutions on a CPU want their weights channels-last, as the images are. */
function ready<Model extends PlainModel | OpenLongTailedModel>(model: Model): Model {
  model.eval().to({ memoryFormat: 'channels_last' })
  return model
}
