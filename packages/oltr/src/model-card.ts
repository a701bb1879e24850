// What a model says of itself, and how to read it without its weights: a model file begins with a JSON header (safetensors).

import fs from 'node:fs'
import type { Transform } from '@oltr/torch/data'
import { DataError } from './errors.ts'
import type { FittedThreshold } from './metrics/threshold.ts'
import { ModelConfig } from './model-config.ts'
import type { Precision } from './training/precision.ts'

export const MODEL_FORMAT = 'oltr-model-1'

/** Headers of real models are far smaller: a longer one is no model's. */
const LONGEST_HEADER = 100_000_000

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

/**
 * The card inside a model file; weights are neither read nor checked. Throws DataError for a file that is no model of this
 * product.
 */
export function readModelCard(path: string): ModelCard {
  const card = headerOf(path).__metadata__
  if (card?.format !== MODEL_FORMAT || !card.card)
    throw new DataError(path, `expected a model written by \`oltr train\` (${MODEL_FORMAT})`)
  return parseCard(path, card.card)
}

/** The card from its text. Throws DataError for one that cannot be read. */
export function parseCard(path: string, text: string): ModelCard {
  try {
    const card = JSON.parse(text) as ModelCard
    return { ...card, model: ModelConfig.parse(card.model) }
  } catch (cause) {
    throw new DataError(path, 'the model card inside cannot be read; restore the file', { cause })
  }
}

function headerOf(path: string): { __metadata__?: Record<string, string> } {
  const file = fs.openSync(path, 'r')
  try {
    const start = Buffer.alloc(8)
    fs.readSync(file, start, 0, 8, 0)
    const length = start.readBigUInt64LE()
    if (length === 0n || length > LONGEST_HEADER) throw new RangeError('no such header')
    const header = Buffer.alloc(Number(length))
    if (fs.readSync(file, header, 0, header.length, 8) < header.length) throw new RangeError('cut short')
    return JSON.parse(header.toString('utf8'))
  } catch (cause) {
    throw new DataError(path, 'is not a model file, or was cut short; restore it', { cause })
  } finally {
    fs.closeSync(file)
  }
}
