// Named images into a model: the update, the threshold fitted anew, and the judgement on validation images that refuses an
// update which costs the known classes too much. `oltr update` and the simulated loop share it.

import { predictedClasses } from '../metrics/logit-scores.ts'
import type { ShotGroup } from '../metrics/shot-groups.ts'
import type { FittedThreshold } from '../metrics/threshold.ts'
import { fitThreshold } from '../metrics/threshold.ts'
import type { OpenLongTailedModel } from '../model.ts'
import type { ModelCard } from '../trained-model.ts'
import { countParameters } from '../training/train.ts'
import type { AnnotatedImages } from './annotated-images.ts'
import { accuracyByClass, type GrowthMetrics, growthMetrics } from './growth-metrics.ts'
import type { JudgedSet } from './judged-set.ts'
import { openSetScores, predictedLabels } from './recognise-features.ts'
import { type UpdateConfig, updateModel } from './update-model.ts'

/** Images with the class that people agreed on. */
export interface NamedImages {
  /** v_direct, flat (n, D). */
  readonly features: Float32Array
  /** (n,) */
  readonly classNames: readonly string[]
  /** (n,) */
  readonly energies: ArrayLike<number>
}

export interface AppliedUpdate {
  readonly model: OpenLongTailedModel
  readonly card: ModelCard
  /** Names that the model learned. */
  readonly newClasses: readonly string[]
  /** On validation images; null where there are none, and then nothing can be refused. */
  readonly before: GrowthMetrics | null
  readonly after: GrowthMetrics | null
  /** Why this update should not be taken into use; null where it may be. */
  readonly refused: string | null
}

/**
 * Updates a model with named images. `validation` has images of the classes known at the start, with the labels that
 * training gave them; `groups` is the shot group of each of those. The given model stays the caller's, as it is.
 */
export function applyLabels(
  model: OpenLongTailedModel,
  card: ModelCard,
  named: NamedImages,
  validation: JudgedSet | null,
  groups: readonly ShotGroup[],
  config: UpdateConfig,
): AppliedUpdate {
  const { labels, newClasses } = numbered(named.classNames, card.classNames)
  const annotated: AnnotatedImages = {
    features: named.features,
    labels,
    energies: named.energies,
    newClasses,
  }
  const updated = updateModel(model, annotated, card.trainingCounts, config)
  const before = validation && judged(model, validation, groups)
  const after = validation && judged(updated, validation, groups)
  const loss = before?.known == null || after?.known == null ? 0 : before.known - after.known
  const counts = [...card.trainingCounts, ...newClasses.map(() => 0)]
  for (const label of labels) counts[label]!++
  return {
    model: updated,
    card: {
      ...card,
      classNames: [...card.classNames, ...newClasses],
      trainingCounts: counts,
      threshold: validation ? refitted(updated, card.threshold, validation) : card.threshold,
      provenance: { ...card.provenance, parameters: countParameters(updated) },
    },
    newClasses,
    before,
    after,
    refused:
      loss > config.maxKnownLoss
        ? `known classes lose ${(100 * loss).toFixed(1)} points on validation images, more than ${(100 * config.maxKnownLoss).toFixed(1)}`
        : null,
  }
}

/** The model's label of each name; names that it does not know get the next ones, in alphabetical order. */
export function numbered(
  names: readonly string[],
  known: readonly string[],
): { labels: Int32Array; newClasses: string[] } {
  const labelOf = new Map(known.map((name, label) => [name, label]))
  const newClasses = [...new Set(names)].filter((name) => !labelOf.has(name)).sort()
  newClasses.forEach((name, z) => {
    labelOf.set(name, known.length + z)
  })
  return { labels: Int32Array.from(names, (name) => labelOf.get(name)!), newClasses }
}

function judged(
  model: OpenLongTailedModel,
  { features, labels }: JudgedSet,
  groups: readonly ShotGroup[],
): GrowthMetrics {
  const predictions = predictedLabels(model, features)
  return growthMetrics(accuracyByClass({ predictions, labels, modelLabel: (label) => label }), groups, [])
}

/** By the method that it had, on the known images that there are; where it needs unknown ones, 95% of the known are kept. */
function refitted(
  model: OpenLongTailedModel,
  threshold: FittedThreshold,
  validation: JudgedSet,
): FittedThreshold {
  if (threshold.method.kind === 'fixed') return threshold
  const { logits, scores } = openSetScores(model, validation.features)
  const { values, higherIs } = scores[threshold.score]!
  return fitThreshold({
    score: threshold.score,
    scores: values,
    higherIs,
    predictions: predictedClasses(logits, model.classes),
    labels: validation.labels,
    classCount: model.classes,
    method: threshold.method.kind === 'macroF1' ? { kind: 'keepKnown', share: 0.95 } : threshold.method,
  })
}
