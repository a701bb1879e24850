// F-measures for open sets.
// `openFMeasure` is the quantity that OLTR papers print as "F-measure", as the authors' code computes it since January 2020.
// Its names are swapped against detection custom: a "false positive" is a *known* image not predicted as its class (rejected
// ones too), a "false negative" an unknown image that was accepted, and rightly rejected unknown images count nowhere. With
// accuracy a on known images and rejection rate r on unknown ones it is F = 2a / (1 + a + (N_unknown / N_known)(1 - r)), so
// it mostly mirrors a. Between March 2019 and January 2020 the code left rejected known images out of the false positives
// ('excluding'), which raises F when everything is rejected; some comparison rows were made with that version.
// `macroF1` is the ordinary one over K + 1 classes, unknown being a class of its own.
import { meanOfDefined } from './accuracy.ts'
import type { ClassCounts } from './class-counts.ts'

export type FMode = 'fixed' | 'excluding'

export interface FMeasure {
  /** 2PR / (P + R), 0..1; null when there is no known image (then P has no meaning). */
  readonly value: number | null
  readonly precision: number | null
  readonly recall: number | null
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
}

/** The F-measure of the OLTR papers. `fMode` 'fixed' (default) is the present definition, 'excluding' the historic one. */
export function openFMeasure(counts: ClassCounts, options: { fMode?: FMode } = {}): FMeasure {
  const truePositives = counts.knownCorrect
  const wrong = counts.knownImages - counts.knownCorrect
  const falsePositives = options.fMode === 'excluding' ? wrong - counts.knownRejected : wrong
  const falseNegatives = counts.unknownImages - counts.unknownRejected
  const sums = { truePositives, falsePositives, falseNegatives }
  if (counts.knownImages === 0) return { value: null, precision: null, recall: null, ...sums }
  // Without one right answer the quotients may be 0/0; the limit that every neighbouring case has is 0.
  if (truePositives === 0) return { value: 0, precision: 0, recall: 0, ...sums }
  const precision = truePositives / (truePositives + falsePositives)
  const recall = truePositives / (truePositives + falseNegatives)
  return { value: (2 * precision * recall) / (precision + recall + 1e-12), precision, recall, ...sums }
}

/**
 * F1 of each class and, last, of "unknown": 2 TP / (2 TP + FP + FN), (K + 1,).
 * null for a class that is neither the label nor the prediction of any image.
 */
export function perClassF1(counts: ClassCounts): (number | null)[] {
  return Array.from(counts.support, (support, c) => {
    const seen = support + counts.predicted[c] // = 2 TP + FP + FN
    return seen > 0 ? (2 * counts.correct[c]) / seen : null
  })
}

/** Mean F1 over the K + 1 classes that occur as a label or a prediction; null when there is no image. */
export function macroF1(counts: ClassCounts): number | null {
  return meanOfDefined(perClassF1(counts))
}
