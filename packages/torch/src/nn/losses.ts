// Losses as functions, with the semantics of torch.nn.functional: means over what counts, weights, ignored labels.
// Half-precision logits are widened first, so that under autocast every loss is computed and returned in float32.

import { ops, type Tensor } from '../index.ts'

export type Reduction = 'none' | 'mean' | 'sum'

/** The numbers ATen gives the reductions. */
const REDUCTION: Record<Reduction, number> = { none: 0, mean: 1, sum: 2 }

export interface ClassLossOptions {
  /** One factor per class (K). The mean divides by the sum of the factors used, not by their number. */
  weight?: Tensor | null
  /** Samples with this label count for nothing; −100 by default. */
  ignoreIndex?: number
  reduction?: Reduction
}

/**
 * Cross-entropy of logits against labels or class probabilities.
 *
 * Shape: logits (N, K) or (N, K, ...), target int64 (N, ...) in 0..K−1, or probabilities of the logits' shape -> ()
 * or, without reduction, (N, ...). `labelSmoothing` in 0..1 mixes the target with the uniform distribution.
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  options: ClassLossOptions & { labelSmoothing?: number } = {},
): Tensor {
  return ops.crossEntropyLoss(wide(logits), target, {
    weight: options.weight,
    reduction: REDUCTION[options.reduction ?? 'mean'],
    ignoreIndex: options.ignoreIndex ?? -100,
    labelSmoothing: options.labelSmoothing ?? 0,
  })
}

/** Negative log-likelihood. Shape: log-probabilities (N, K, ...), target int64 (N, ...) -> () or (N, ...). */
export function nllLoss(logProbabilities: Tensor, target: Tensor, options: ClassLossOptions = {}): Tensor {
  return ops.nllLossNd(wide(logProbabilities), target, {
    weight: options.weight,
    reduction: REDUCTION[options.reduction ?? 'mean'],
    ignoreIndex: options.ignoreIndex ?? -100,
  })
}

/** Squared error. Shape: two of one shape -> () or that shape. */
export function mseLoss(input: Tensor, target: Tensor, options: { reduction?: Reduction } = {}): Tensor {
  return ops.mseLoss(wide(input), target, { reduction: REDUCTION[options.reduction ?? 'mean'] })
}

/** Absolute error. Shape: two of one shape -> () or that shape. */
export function l1Loss(input: Tensor, target: Tensor, options: { reduction?: Reduction } = {}): Tensor {
  return ops.l1Loss(wide(input), target, { reduction: REDUCTION[options.reduction ?? 'mean'] })
}

/** Squared below `beta` (default 1), absolute above. Shape: two of one shape -> () or that shape. */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  options: { reduction?: Reduction; beta?: number } = {},
): Tensor {
  return ops.smoothL1Loss(wide(input), target, {
    reduction: REDUCTION[options.reduction ?? 'mean'],
    beta: options.beta ?? 1,
  })
}

/** Binary cross-entropy of logits against targets in 0..1. Shape: two of one shape -> () or that shape. */
export function bceWithLogits(
  logits: Tensor,
  target: Tensor,
  options: { weight?: Tensor | null; posWeight?: Tensor | null; reduction?: Reduction } = {},
): Tensor {
  return ops.binaryCrossEntropyWithLogits(wide(logits), target, {
    weight: options.weight,
    posWeight: options.posWeight,
    reduction: REDUCTION[options.reduction ?? 'mean'],
  })
}

/**
 * Kullback–Leibler divergence, target · (log target − input), of log-probabilities from a target distribution.
 *
 * Shape: two of one shape -> () or that shape. 'batchmean' divides by N and is the divergence of the definition;
 * 'mean' divides by the number of elements.
 */
export function klDivergence(
  logProbabilities: Tensor,
  target: Tensor,
  options: { reduction?: Reduction | 'batchmean'; logTarget?: boolean } = {},
): Tensor {
  const { reduction = 'mean', logTarget = false } = options
  const divergence = ops.klDiv(wide(logProbabilities), target, {
    reduction: REDUCTION[reduction === 'batchmean' ? 'sum' : reduction],
    logTarget,
  })
  return reduction === 'batchmean' ? divergence.div(logProbabilities.shape[0]) : divergence
}

function wide(input: Tensor): Tensor {
  return input.dtype === 'bfloat16' || input.dtype === 'float16' ? input.to({ dtype: 'float32' }) : input
}
