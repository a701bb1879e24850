// What one row of logits says: the predicted class, the rank of the true one, and two scores of "known".
// Max-softmax is the paper's (and the softmax-prediction baseline's) score; energy is -T logsumexp(f / T), low for known
// images (Liu et al. 2020). Rows are shifted by their maximum first, so large logits neither overflow nor lose digits.
import { DataError } from '../errors.ts'
import { type Numbers, UNKNOWN } from './checked-input.ts'

/** The class with the largest logit of each row, the first among equals. `logits`: flat (N, K); returns (N,). */
export function predictedClasses(logits: Numbers, classCount: number): Int32Array {
  const predictions = new Int32Array(rowCount(logits, classCount))
  for (let i = 0; i < predictions.length; i++) predictions[i] = best(logits, i * classCount, classCount)
  return predictions
}

/** The largest softmax probability of each row, in 1/K..1. `logits`: flat (N, K); returns (N,). */
export function maxSoftmax(logits: Numbers, classCount: number): Float64Array {
  const scores = new Float64Array(rowCount(logits, classCount))
  for (let i = 0; i < scores.length; i++) {
    const start = i * classCount
    const peak = logits[start + best(logits, start, classCount)]
    scores[i] = 1 / sumOfExponentials(logits, start, classCount, peak, 1)
  }
  return scores
}

/** Softmax probabilities, flat (N, K) like the logits; each row sums to 1. */
export function softmax(logits: Numbers, classCount: number): Float64Array {
  const probabilities = new Float64Array(logits.length)
  const rows = rowCount(logits, classCount)
  for (let i = 0; i < rows; i++) {
    const start = i * classCount
    const peak = logits[start + best(logits, start, classCount)]
    const sum = sumOfExponentials(logits, start, classCount, peak, 1)
    for (let at = start; at < start + classCount; at++) probabilities[at] = Math.exp(logits[at] - peak) / sum
  }
  return probabilities
}

/** Energy -T logsumexp(f / T) of each row: the lower, the more likely known. `logits`: flat (N, K); returns (N,). */
export function energy(logits: Numbers, classCount: number, temperature = 1): Float64Array {
  const scores = new Float64Array(rowCount(logits, classCount))
  for (let i = 0; i < scores.length; i++) {
    const start = i * classCount
    const peak = logits[start + best(logits, start, classCount)]
    scores[i] =
      -peak - temperature * Math.log(sumOfExponentials(logits, start, classCount, peak, temperature))
  }
  return scores
}

/** All of the above and the label's rank in one pass over the logits, as an evaluation needs them. `labels`: (N,). */
export function readLogits(
  logits: Numbers,
  labels: Numbers,
  classCount: number,
): { predictions: Int32Array; ranks: Int32Array; maxSoftmax: Float64Array; energy: Float64Array } {
  const rows = rowCount(logits, classCount)
  if (labels.length !== rows)
    throw new DataError('logits', `expected ${labels.length} rows, one for each of labels, got ${rows}`)
  const predictions = new Int32Array(rows)
  const ranks = new Int32Array(rows)
  const confidence = new Float64Array(rows)
  const energies = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    const start = i * classCount
    predictions[i] = best(logits, start, classCount)
    const peak = logits[start + predictions[i]]
    const sum = sumOfExponentials(logits, start, classCount, peak, 1)
    confidence[i] = 1 / sum
    energies[i] = -peak - Math.log(sum)
    ranks[i] = rankOf(logits, start, classCount, labels[i])
  }
  return { predictions, ranks, maxSoftmax: confidence, energy: energies }
}

/**
 * How many classes stand before the true one in each row, (N,): 0 when it is the prediction, -1 for an unknown image.
 * Among equal logits the lower class number stands first, as in `predictedClasses`.
 */
export function labelRanks(logits: Numbers, labels: Numbers, classCount: number): Int32Array {
  return readLogits(logits, labels, classCount).ranks
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

function rowCount(logits: Numbers, classCount: number): number {
  if (classCount >= 1 && logits.length % classCount === 0) return logits.length / classCount
  throw new DataError(
    'logits',
    `expected N x ${classCount} numbers (one row per image), got ${logits.length}`,
  )
}

/** The place of the largest logit of a row, the first among equals. Throws DataError on one that is not finite. */
function best(logits: Numbers, start: number, classCount: number): number {
  let place = 0
  for (let c = 0; c < classCount; c++) {
    const value = logits[start + c]
    if (!Number.isFinite(value))
      throw new DataError(
        `logits[${start + c}]`,
        `expected a finite number, got ${value} for image ${start / classCount}, class ${c}; the model or its input is broken there`,
      )
    if (value > logits[start + place]) place = c
  }
  return place
}

function sumOfExponentials(
  logits: Numbers,
  start: number,
  classCount: number,
  peak: number,
  temperature: number,
): number {
  let sum = 0
  for (let at = start; at < start + classCount; at++) sum += Math.exp((logits[at] - peak) / temperature)
  return sum
}

function rankOf(logits: Numbers, start: number, classCount: number, label: number): number {
  if (label === UNKNOWN) return UNKNOWN
  const own = logits[start + label]
  let before = 0
  for (let c = 0; c < classCount; c++)
    if (logits[start + c] > own || (logits[start + c] === own && c < label)) before++
  return before
}
