// Validation images, seen by the model: accuracies for the curves. They select nothing.

import { classCounts, type Dataset } from '../datasets/dataset.ts'
import { infer } from '../inference.ts'
import { evaluateTable } from '../metrics/evaluation.ts'
import type { EvaluationReport } from '../metrics/evaluation-report.ts'
import { PredictionTable } from '../metrics/prediction-table.ts'
import type { OpenLongTailedModel } from '../model.ts'
import type { PlainModel } from '../plain-model.ts'
import type { RunConfig } from '../run-config.ts'
import { evaluationLoader } from './loaders.ts'
import type { Precision } from './precision.ts'

/** Predictions and scores for every image of the sets, numbered through; the model is in evaluation mode meanwhile. */
export async function predictSets(
  model: PlainModel | OpenLongTailedModel,
  sets: readonly Dataset[],
  config: RunConfig,
  precision: Precision,
  onImages: (count: number) => void = () => {},
): Promise<PredictionTable> {
  const table = new PredictionTable(sets[0]!.classNames.length)
  const { training } = model
  model.eval()
  let first = 0
  for (const set of sets) {
    for await (const batch of evaluationLoader(set, config).epoch(0)) {
      const { logits, scores } = infer(model, batch.images, { precision, device: config.execution.device })
      const labels = Int32Array.from(batch.indices, (index) => set.labels[index]!)
      table.add({ labels, logits, scores, indices: batch.indices.map((index) => index + first) })
      onImages(batch.indices.length)
      batch.dispose()
    }
    first += set.labels.length
  }
  model.train(training)
  return table
}

/** Closed-set accuracies on validation images, for the log. */
export async function validationMetrics(
  model: PlainModel | OpenLongTailedModel,
  train: Dataset,
  validation: Dataset,
  config: RunConfig,
  precision: Precision,
): Promise<Record<string, number>> {
  const table = await predictSets(model, [validation], config, precision)
  const { closed }: EvaluationReport = evaluateTable(table, { trainingCounts: classCounts(train) })
  const metrics: Record<string, number> = {}
  for (const group of ['overall', 'many', 'medium', 'few'] as const) {
    const value = closed[group]
    if (value !== null) metrics[`validation_${group}`] = value
  }
  return metrics
}
