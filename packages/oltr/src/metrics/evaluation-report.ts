// The result of one evaluation as plain data: what `oltr evaluate --json` prints, what evaluation.json holds and what tables
// and charts are made from.
import type { GroupAccuracy } from './accuracy.ts'
import type { FMeasure, FMode } from './f-measure.ts'
import type { DetectionMetrics } from './ood.ts'
import type { HigherIs, OpenSetAccuracy } from './open-set.ts'
import type { OscrPoint } from './oscr.ts'
import type { ScoreHistogram } from './score-histogram.ts'
import type { PerGroup, ShotGroup, ShotRule } from './shot-groups.ts'
import type { SweepRow } from './sweep.ts'
import type { FittedThreshold } from './threshold.ts'

/** Closed set: known images only, no rejection. */
export interface ClosedSetReport extends GroupAccuracy {
  /** Mean F1 over the classes, unknown images left aside. */
  readonly macroF1: number | null
  /** Share of images whose class is among the k best, by k; null where the model gave predictions only. */
  readonly topK: Readonly<Record<string, number | null>>
  /** The same accuracies under the authors' own cut-offs. */
  readonly byAuthorsRule: PerGroup<number | null>
}

/** Open set at one threshold. */
export interface OperatingPoint extends OpenSetAccuracy {
  readonly threshold: FittedThreshold
  /** The headline: `fixed` or `excluding` by the report's fMode. */
  readonly openF: number | null
  readonly fixed: FMeasure
  readonly excluding: FMeasure
  /** Over K + 1 classes. */
  readonly macroF1: number | null
  /** Mean F1 of the classes of each group, and F1 of the unknown class. */
  readonly groupF1: PerGroup<number | null>
  readonly unknownF1: number | null
}

/** One score, over all thresholds. */
export interface ScoreReport extends DetectionMetrics {
  readonly higherIs: HigherIs
  readonly oscr: number | null
  /** Known images of one group against all unknown ones. */
  readonly byGroup: PerGroup<{ readonly auroc: number | null; readonly fpr95: number | null }>
  readonly sweep: readonly SweepRow[]
  readonly oscrCurve: readonly OscrPoint[]
  readonly histogram: ScoreHistogram
}

export interface ClassReport {
  readonly index: number
  readonly name: string
  readonly trainingImages: number
  readonly group: ShotGroup
  readonly testImages: number
  /** null where the class has no test image. */
  readonly closedAccuracy: number | null
  /** At the first operating point: accuracy with rejection, share rejected, F1; null without one. */
  readonly openAccuracy: number | null
  readonly rejected: number | null
  readonly f1: number | null
}

/** Plain data: JSON.stringify keeps all of it. Shares are in 0..1, null where there is nothing to measure. */
export interface EvaluationReport {
  readonly format: 1
  readonly images: { readonly known: number; readonly unknown: number }
  readonly classCount: number
  readonly shotRule: ShotRule
  readonly classesPerGroup: PerGroup<number>
  readonly fMode: FMode
  readonly closed: ClosedSetReport
  readonly open: readonly OperatingPoint[]
  readonly scores: Readonly<Record<string, ScoreReport>>
  readonly classes: readonly ClassReport[]
}
