// What one row of logits says: the predicted class, the rank of the true one, and two scores of "known".
// Max-softmax is the paper's (and the softmax-prediction baseline's) score; energy is -T logsumexp(f / T), low for known
// images (Liu et al. 2020). Rows are shifted by their maximum first, so large logits neither overflow nor lose digits.
import { DataError } from '../errors.ts'
import { checkFinite, type Numbers } from './checked-input.ts'

/** Number of rows of a flat (N, K) array. Throws DataError when its length is no multiple of K or a logit is not finite. */
export function checkLogits(logits: Numbers, classCount: number): number {
  if (classCount < 1 || logits.length % classCount !== 0)
    throw new DataError(
      'logits',
      `expected N x ${classCount} numbers (one row per image), got ${logits.length}`,
    )
  checkFinite('logits', logits)
  return logits.length / classCount
}

/** The class with the largest logit of each row, the first among equals. `logits`: flat (N, K); returns (N,). */
export function predictedClasses(logits: Numbers, classCount: number): Int32Array {
  const predictions = new Int32Array(checkLogits(logits, classCount))
  for (let i = 0; i < predictions.length; i++) predictions[i] = argmax(logits, i * classCount, classCount)
  return predictions
}

/** The largest softmax probability of each row, in 1/K..1. `logits`: flat (N, K); returns (N,). */
export function maxSoftmax(logits: Numbers, classCount: number): Float64Array {
  const scores = new Float64Array(checkLogits(logits, classCount))
  for (let i = 0; i < scores.length; i++) {
    const start = i * classCount
    const peak = logits[start + argmax(logits, start, classCount)]
    scores[i] = 1 / sumOfExponentials(logits, start, classCount, peak, 1)
  }
  return scores
}

/** Energy -T logsumexp(f / T) of each row: the lower, the more likely known. `logits`: flat (N, K); returns (N,). */
export function energy(logits: Numbers, classCount: number, temperature = 1): Float64Array {
  const scores = new Float64Array(checkLogits(logits, classCount))
  for (let i = 0; i < scores.length; i++) {
    const start = i * classCount
    const peak = logits[start + argmax(logits, start, classCount)]
    scores[i] =
      -peak - temperature * Math.log(sumOfExponentials(logits, start, classCount, peak, temperature))
  }
  return scores
}

/**
 * How many classes stand before the true one in each row, (N,): 0 when it is the prediction, -1 for an unknown image.
 * Among equal logits the lower class number stands first, as in `predictedClasses`.
 */
export function labelRanks(logits: Numbers, labels: Numbers, classCount: number): Int32Array {
  const ranks = new Int32Array(checkLogits(logits, classCount))
  for (let i = 0; i < ranks.length; i++) {
    const label = labels[i]
    ranks[i] = label < 0 ? -1 : 0
    if (label < 0) continue
    const start = i * classCount
    const own = logits[start + label]
    for (let c = 0; c < classCount; c++)
      if (logits[start + c] > own || (logits[start + c] === own && c < label)) ranks[i]++
  }
  return ranks
}

/** Share of known images whose class is among the k best, from `labelRanks`; null without known images. */
export function topKAccuracy(ranks: Numbers, k: number): number | null {
  let known = 0
  let hits = 0
  for (let i = 0; i < ranks.length; i++) {
    if (ranks[i] < 0) continue
    known++
    if (ranks[i] < k) hits++
  }
  return known > 0 ? hits / known : null
}

function argmax(values: Numbers, start: number, length: number): number {
  let best = 0
  for (let c = 1; c < length; c++) if (values[start + c] > values[start + best]) best = c
  return best
}

function sumOfExponentials(
  values: Numbers,
  start: number,
  length: number,
  peak: number,
  temperature: number,
): number {
  let sum = 0
  for (let c = 0; c < length; c++) sum += Math.exp((values[start + c] - peak) / temperature)
  return sum
}
