// The threshold that a model carries: fitted on validation images, never on the test set. Without validation images
// there is nothing to fit on, and the paper's 0.1 on max-softmax stands.

import type { Splits } from '../datasets/load-splits.ts'
import type { Classifier } from '../inference.ts'
import { type FittedThreshold, fitThreshold, fixedThreshold, PAPER_THRESHOLD } from '../metrics/threshold.ts'
import type { RunConfig } from '../run-config.ts'
import type { StopRequest } from './interruption.ts'
import type { Precision } from './precision.ts'
import { predictSets } from './validation.ts'

/**
 * Fits the configured threshold. A plain model has no reachability: max-softmax takes its place there, a fixed value being
 * the paper's. The macro-F1 fit needs unknown validation images; without them 95 % of the known ones are kept. Throws
 * Interrupted when `stop` hears a signal.
 */
export async function chooseThreshold(
  model: Classifier,
  splits: Splits,
  config: RunConfig,
  precision: Precision,
  stop?: StopRequest,
): Promise<FittedThreshold> {
  const { validation, openValidation } = splits
  const { method } = config.threshold
  const wanted = config.threshold.score
  const score = wanted === 'reachability' && !('memory' in model) ? 'maxSoftmax' : wanted
  if (method.kind === 'fixed') {
    // A distance says nothing about a probability.
    if (score !== wanted) return PAPER_THRESHOLD
    return fixedThreshold(score, method.value, score === 'maxSoftmax' ? 'known' : 'unknown')
  }
  if (!validation) return PAPER_THRESHOLD
  const sets = openValidation ? [validation, openValidation] : [validation]
  const { labels, predictions, scores } = (
    await predictSets(model, sets, config, precision, { stop })
  ).columns()
  return fitThreshold({
    score,
    scores: scores[score]!.values,
    higherIs: scores[score]!.higherIs,
    predictions,
    labels,
    classCount: splits.train.classNames.length,
    method: method.kind === 'macroF1' && !openValidation ? { kind: 'keepKnown', share: 0.95 } : method,
  })
}
