// A trained model as one file: the weights, and everything needed to decide one image without asking anyone: the class
// names, the preprocessing, the threshold and how it was fitted, and where the model comes from.

import { loadTensors, saveTensors } from '@oltr/torch/io'
import { DataError } from './errors.ts'
import { OpenLongTailedModel } from './model.ts'
import { MODEL_FORMAT, type ModelCard, parseCard } from './model-card.ts'
import { PlainModel } from './plain-model.ts'

export type { ModelCard } from './model-card.ts'

export type TrainedModel =
  | { readonly kind: 'plain'; readonly card: ModelCard; readonly model: PlainModel }
  | { readonly kind: 'oltr'; readonly card: ModelCard; readonly model: OpenLongTailedModel }

/** Writes the file, whole or not at all, with its checksum inside. */
export function saveTrainedModel(
  path: string,
  model: PlainModel | OpenLongTailedModel,
  card: ModelCard,
): void {
  saveTensors(path, model.stateDict(), { format: MODEL_FORMAT, card: JSON.stringify(card) })
}

/**
 * Loads a model in evaluation mode. Throws FormatError for a damaged file, DataError for a file that is no model of
 * this product.
 */
export function loadTrainedModel(path: string): TrainedModel {
  const { tensors, metadata } = loadTensors(path)
  if (metadata.format !== MODEL_FORMAT || !metadata.card) {
    throw new DataError(
      path,
      `expected a model written by \`oltr train\` (${MODEL_FORMAT}); weights alone say too little`,
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

/** For inference: convolutions on a CPU want their weights channels-last, as the images are. */
function ready<Model extends PlainModel | OpenLongTailedModel>(model: Model): Model {
  model.eval().to({ memoryFormat: 'channels_last' })
  return model
}
