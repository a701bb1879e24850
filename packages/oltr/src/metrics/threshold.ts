// Fitting the threshold that separates known from unknown, on validation images, never on the test set. Three ways:
// keep a given share of the known images (needs no unknown ones), the best macro-F1 over K + 1 classes (when unknown
// validation images exist), or a fixed value such as the paper's 0.1 on max-softmax. The result is plain data that is stored
// with the model and says how it came to be.
import { ConfigError, DataError } from '../errors.ts'
import { checkLabels, checkSameLength, type Numbers, UNKNOWN } from './checked-input.ts'
import { ClassCounts } from './class-counts.ts'
import { macroF1 } from './f-measure.ts'
import { type HigherIs, isKnown, orientedScores, type Threshold } from './open-set.ts'
import { descending } from './score-ranking.ts'

/**
 * How to fit. `keepKnown`: keep at least `share` of the known validation images; with `balance: 'class'` every class weighs
 * the same, so that few-shot classes, which are turned away first, are not drowned by the head. `macroF1`: the best macro-F1
 * over K + 1. `fixed`: this value.
 */
export type ThresholdMethod =
  | { readonly kind: 'keepKnown'; readonly share: number; readonly balance?: 'image' | 'class' }
  | { readonly kind: 'macroF1' }
  | { readonly kind: 'fixed'; readonly value: number }

export interface FittedThreshold extends Threshold {
  /** Name of the score that it cuts. */
  readonly score: string
  readonly method: ThresholdMethod
  /** What it did on the images it was fitted on; null when it was not fitted. */
  readonly validation: ThresholdFit | null
}

export interface ThresholdFit {
  readonly known: number
  readonly unknown: number
  /** Share of known images kept; null without known ones. */
  readonly knownKept: number | null
  /** Share of unknown images rejected; null without unknown ones. */
  readonly unknownRejected: number | null
  readonly macroF1: number | null
}

export interface ThresholdInput {
  /** Name of the score, as in the evaluation. */
  readonly score: string
  readonly scores: Numbers
  readonly higherIs: HigherIs
  /** Closed-set predictions and labels (-1 = unknown) of the validation images, (N,). */
  readonly predictions: Numbers
  readonly labels: Numbers
  readonly classCount: number
  readonly method: ThresholdMethod
}

/** The paper's threshold: max-softmax below 0.1 means unknown. */
export const PAPER_THRESHOLD: FittedThreshold = fixedThreshold('maxSoftmax', 0.1)

/** A threshold that is given, not fitted. */
export function fixedThreshold(score: string, value: number, higherIs: HigherIs = 'known'): FittedThreshold {
  if (!Number.isFinite(value)) throw new ConfigError('threshold.value', value, 'expected a finite number')
  return { score, value, knownWhen: knownWhen(higherIs), method: { kind: 'fixed', value }, validation: null }
}

/**
 * Fits a threshold on validation images. Throws DataError when the images that the method needs are missing or a value is not
 * finite, ConfigError on a share outside 0..1.
 */
export function fitThreshold(input: ThresholdInput): FittedThreshold {
  const { labels, predictions, classCount, method, higherIs } = input
  const scores = orientedScores(input.score, input.scores, higherIs)
  checkSameLength('labels', labels, 'predictions', predictions)
  checkSameLength('labels', labels, input.score, scores)
  checkLabels('labels', labels, classCount)
  checkLabels('predictions', predictions, classCount)
  const oriented =
    method.kind === 'fixed'
      ? fixedThreshold(input.score, method.value).value * sign(higherIs)
      : method.kind === 'keepKnown'
        ? keepingKnown(scores, labels, classCount, method.share, method.balance ?? 'image')
        : bestMacroF1(scores, labels, predictions, classCount)
  const value = oriented * sign(higherIs)
  const threshold: Threshold = { value, knownWhen: knownWhen(higherIs) }
  return { score: input.score, ...threshold, method, validation: measure(input, threshold) }
}

function measure(input: ThresholdInput, threshold: Threshold): ThresholdFit {
  const { labels, predictions, scores, classCount } = input
  const answers = Int32Array.from(predictions, (p, i) => (isKnown(scores[i], threshold) ? p : UNKNOWN))
  const counts = ClassCounts.of(labels, answers, classCount)
  const { knownImages: known, unknownImages: unknown } = counts
  return {
    known,
    unknown,
    knownKept: known > 0 ? 1 - counts.knownRejected / known : null,
    unknownRejected: unknown > 0 ? counts.unknownRejected / unknown : null,
    macroF1: macroF1(counts),
  }
}

/** The highest threshold that keeps at least `share` of the known images' weight. */
function keepingKnown(
  scores: Numbers,
  labels: Numbers,
  classCount: number,
  share: number,
  balance: 'image' | 'class',
): number {
  if (!(share > 0 && share <= 1))
    throw new ConfigError('threshold.share', share, 'expected a share above 0, at most 1')
  const support = new Float64Array(classCount)
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) support[labels[i]]++
  const known = Array.from(descending(scores)).filter((i) => labels[i] >= 0)
  if (known.length === 0)
    throw new DataError(
      'validation images',
      'expected known ones to fit the threshold on, got none; use a fixed threshold',
    )
  // In whole images where every image weighs the same: 0.95 x 20 must come out as 19, not as a hair more.
  const weights = known.map((i) => (balance === 'image' ? 1 : 1 / support[labels[i]]))
  const needed = share * weights.reduce((sum, weight) => sum + weight, 0) - 1e-9
  let kept = 0
  for (let k = 0; k < known.length; k++) {
    kept += weights[k]
    if (kept >= needed) return scores[known[k]]
  }
  return scores[known[known.length - 1]]
}

/**
 * The threshold with the best macro-F1 over K + 1, found by accepting one image after the other from the highest score down;
 * each step changes the F1 of one class and of "unknown" only, so the whole search costs one sort. Lies half-way between two
 * neighbouring scores; among equally good ones the lowest, which keeps the most known images.
 */
function bestMacroF1(scores: Numbers, labels: Numbers, predictions: Numbers, classCount: number): number {
  const counts = ClassCounts.of(labels, new Int32Array(labels.length).fill(UNKNOWN), classCount)
  if (counts.unknownImages === 0 || counts.knownImages === 0)
    throw new DataError(
      'validation images',
      `expected known and unknown ones for the macro-F1 fit, got ${counts.knownImages} and ${counts.unknownImages}; use keepKnown`,
    )
  const { support, predicted, correct } = counts
  const order = descending(scores)
  let sum = 0
  let classes = 0
  const include = (c: number, factor: 1 | -1) => {
    const seen = support[c] + predicted[c]
    if (seen === 0) return
    sum += (factor * 2 * correct[c]) / seen
    classes += factor
  }
  for (let c = 0; c <= classCount; c++) include(c, 1)
  const move = (c: number, change: 1 | -1, right: boolean) => {
    include(c, -1)
    predicted[c] += change
    if (right) correct[c] += change
    include(c, 1)
  }
  let best = { value: above(scores[order[0]]), f1: sum / classes }
  for (let k = 0; k < order.length; k++) {
    const i = order[k]
    if (predictions[i] !== UNKNOWN) {
      move(classCount, -1, labels[i] === UNKNOWN)
      move(predictions[i], 1, labels[i] === predictions[i])
    }
    const last = k + 1 === order.length
    if (!last && scores[order[k + 1]] === scores[i]) continue // equal scores fall on the same side
    const f1 = sum / classes
    // The sum is kept by additions and subtractions: a difference of rounding is no difference.
    if (f1 >= best.f1 - 1e-12)
      best = { value: last ? scores[i] : between(scores[i], scores[order[k + 1]]), f1 }
  }
  return best.value
}

/** A value above `low` and at most `high`: half-way, unless the two are neighbouring floating-point numbers. */
function between(high: number, low: number): number {
  const middle = low + (high - low) / 2
  return middle > low ? middle : high
}

function above(score: number): number {
  return score + Math.max(1, Math.abs(score))
}

function sign(higherIs: HigherIs): 1 | -1 {
  return higherIs === 'known' ? 1 : -1
}

function knownWhen(higherIs: HigherIs): Threshold['knownWhen'] {
  return higherIs === 'known' ? 'atLeast' : 'atMost'
}
