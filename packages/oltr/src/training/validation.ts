// Validation images, seen by the model: accuracies for the curves. They select nothing.

import { classCounts, type Dataset } from '../datasets/dataset.ts'
import { type Classifier, infer } from '../inference.ts'
import { evaluateTable } from '../metrics/evaluation.ts'
import type { EvaluationReport } from '../metrics/evaluation-report.ts'
import { PredictionTable } from '../metrics/prediction-table.ts'
import type { RunConfig } from '../run-config.ts'
import { heeding, NEVER_STOPPED, type StopRequest } from './interruption.ts'
import { evaluationLoader } from './loaders.ts'
import type { Precision } from './precision.ts'

export interface PredictSetsOptions {
  /** Called with the number of images of each batch. */
  readonly onImages?: (count: number) => void
  readonly stop?: StopRequest
}

/**
 * Predictions and scores for every image of the sets, numbered through; the model is in evaluation mode meanwhile.
 * Throws Interrupted when `stop` hears a signal.
 */
export async function predictSets(
  model: Classifier,
  sets: readonly Dataset[],
  config: RunConfig,
  precision: Precision,
  { onImages = () => {}, stop = NEVER_STOPPED }: PredictSetsOptions = {},
): Promise<PredictionTable> {
  const table = new PredictionTable(sets[0]!.classNames.length)
  const { training } = model
  model.eval()
  const { device } = config.execution
  let first = 0
  try {
    for (const set of sets) {
      for await (using batch of heeding(evaluationLoader(set, config).epoch(0), stop)) {
        const { logits, scores } = infer(model, batch.images, { precision, device })
        const labels = Int32Array.from(batch.indices, (index) => set.labels[index]!)
        table.add({ labels, logits, scores, indices: batch.indices.map((index) => index + first) })
        onImages(batch.indices.length)
      }
      first += set.labels.length
    }
  } finally {
    model.train(training)
  }
  return table
}

/** Closed-set accuracies on validation images, for the log. */
export async function validationMetrics(
  model: Classifier,
  train: Dataset,
  validation: Dataset,
  config: RunConfig,
  precision: Precision,
  stop?: StopRequest,
): Promise<Record<string, number>> {
  const table = await predictSets(model, [validation], config, precision, { stop })
  const { closed }: EvaluationReport = evaluateTable(table, { trainingCounts: classCounts(train) })
  const metrics: Record<string, number> = {}
  for (const group of ['overall', 'many', 'medium', 'few'] as const) {
    const value = closed[group]
    if (value !== null) metrics[`validation_${group}`] = value
  }
  return metrics
}
