// One evaluation, complete: closed-set and open-set accuracies by shot group, both F-measures, detection metrics for every
// score, the share of known images turned away in each group, the sweep and the curves. Everything that the command prints,
// `--json` and the report files read the one structure that comes out.
import { ConfigError } from '../errors.ts'
import { groupAccuracy, meanPerGroup, perClassAccuracy } from './accuracy.ts'
import type { Numbers } from './checked-input.ts'
import { ClassCounts } from './class-counts.ts'
import type {
  ClassReport,
  ClosedSetReport,
  EvaluationReport,
  OperatingPoint,
  ScoreReport,
} from './evaluation-report.ts'
import { type FMode, macroF1, openFMeasure, perClassF1 } from './f-measure.ts'
import { topKAccuracy } from './logit-scores.ts'
import { detectionMetrics } from './ood.ts'
import { openSetAccuracy, orientedScores, withRejection } from './open-set.ts'
import { oscr, oscrCurve } from './oscr.ts'
import { type PredictionBatch, type PredictionColumns, PredictionTable } from './prediction-table.ts'
import { scoreHistogram } from './score-histogram.ts'
import {
  AUTHORS_SHOT_RULE,
  classesPerGroup,
  perGroup,
  type ShotGroup,
  type ShotRule,
  STANDARD_SHOT_RULE,
  shotGroups,
} from './shot-groups.ts'
import { quantileThresholds, thresholdSweep } from './sweep.ts'
import { type FittedThreshold, PAPER_THRESHOLD } from './threshold.ts'

export type { EvaluationReport } from './evaluation-report.ts'

export interface EvaluationOptions {
  /** Training images per class, (K,): sets K and the shot groups. */
  readonly trainingCounts: Numbers
  readonly classNames?: readonly string[]
  readonly shotRule?: ShotRule
  /** Where to cut; by default the paper's, 0.1 on max-softmax, where that score exists. The first is the headline. */
  readonly thresholds?: readonly FittedThreshold[]
  /** Which of the two definitions of the open-set F-measure is the headline. */
  readonly fMode?: FMode
  /** Top-k accuracies beside top-1; default 5. */
  readonly topK?: readonly number[]
  /** Bins of the score histograms (default 40) and points of the OSCR curves (default 100). */
  readonly bins?: number
  readonly curvePoints?: number
}

export interface EvaluationInput extends EvaluationOptions {
  readonly labels: Numbers
  readonly logits?: Numbers
  readonly predictions?: Numbers
  readonly ranks?: Numbers
  readonly openScores?: PredictionBatch['scores']
}

/**
 * Evaluates predictions of known (label 0..K-1) and unknown (-1) images: from `logits`, flat (N, K), or from closed-set
 * `predictions`, (N,), and any number of named `openScores`, (N,) each. Throws DataError on NaN, lengths that differ and labels
 * out of range, ConfigError on a threshold for a score that is not there.
 */
export function evaluateOpenSet(input: EvaluationInput): EvaluationReport {
  const { labels, logits, predictions, ranks, openScores: scores } = input
  const table = new PredictionTable(input.trainingCounts.length)
  return evaluateTable(table.add({ labels, logits, predictions, ranks, scores }), input)
}

/** The same from a table filled batch by batch, on one rank or several. */
export function evaluateTable(table: PredictionTable, options: EvaluationOptions): EvaluationReport {
  const classCount = options.trainingCounts.length
  if (table.classCount !== classCount)
    throw new ConfigError(
      'trainingCounts',
      classCount,
      `expected one count for each of the ${table.classCount} classes`,
    )
  if (options.classNames && options.classNames.length !== classCount)
    throw new ConfigError(
      'classNames',
      options.classNames.length,
      `expected ${classCount} names, one for each class`,
    )
  const { shotRule = STANDARD_SHOT_RULE, fMode = 'fixed' } = options
  const columns = table.columns()
  const groups = shotGroups(options.trainingCounts, shotRule)
  const all = ClassCounts.of(columns.labels, columns.predictions, classCount)
  const open = thresholdsFor(columns, options).map((threshold) =>
    operatingPoint(columns, groups, threshold, fMode),
  )
  return {
    format: 1,
    images: { known: all.knownImages, unknown: all.unknownImages },
    classCount,
    shotRule,
    classesPerGroup: classesPerGroup(groups),
    fMode,
    closed: closedSet(columns, groups, options),
    open: open.map(({ point }) => point),
    scores: Object.fromEntries(
      Object.keys(columns.scores).map((name) => [name, scoreReport(columns, name, groups, options)]),
    ),
    classes: classReports(all, open[0]?.counts ?? null, groups, options),
  }
}

function thresholdsFor(columns: PredictionColumns, options: EvaluationOptions): readonly FittedThreshold[] {
  if (!options.thresholds) return columns.scores.maxSoftmax ? [PAPER_THRESHOLD] : []
  options.thresholds.forEach(({ score, knownWhen }, i) => {
    const column = columns.scores[score]
    const names = Object.keys(columns.scores).join(', ') || 'none were given'
    if (!column)
      throw new ConfigError(`thresholds[${i}].score`, score, `expected one of the scores (${names})`)
    if ((knownWhen === 'atLeast') !== (column.higherIs === 'known'))
      throw new ConfigError(
        `thresholds[${i}].knownWhen`,
        knownWhen,
        `expected the direction of ${score}, which is higher for ${column.higherIs} images`,
      )
  })
  return options.thresholds
}

function closedSet(
  columns: PredictionColumns,
  groups: readonly ShotGroup[],
  options: EvaluationOptions,
): ClosedSetReport {
  const known = (_: number, i: number) => columns.labels[i] >= 0
  const counts = ClassCounts.of(
    columns.labels.filter(known),
    columns.predictions.filter(known),
    groups.length,
  )
  const { topK = [5], trainingCounts } = options
  return {
    ...groupAccuracy(counts, groups),
    macroF1: macroF1(counts),
    topK: Object.fromEntries(topK.map((k) => [k, columns.ranks ? topKAccuracy(columns.ranks, k) : null])),
    byAuthorsRule: meanPerGroup(perClassAccuracy(counts), shotGroups(trainingCounts, AUTHORS_SHOT_RULE)),
  }
}

function operatingPoint(
  columns: PredictionColumns,
  groups: readonly ShotGroup[],
  threshold: FittedThreshold,
  fMode: FMode,
): { point: OperatingPoint; counts: ClassCounts } {
  const answers = withRejection(columns.predictions, columns.scores[threshold.score].values, threshold)
  const counts = ClassCounts.of(columns.labels, answers, groups.length)
  const f1 = perClassF1(counts)
  const measures = { fixed: openFMeasure(counts), excluding: openFMeasure(counts, { fMode: 'excluding' }) }
  const point: OperatingPoint = {
    threshold,
    ...openSetAccuracy(counts, groups),
    openF: measures[fMode].value,
    ...measures,
    macroF1: macroF1(counts),
    groupF1: meanPerGroup(f1.slice(0, groups.length), groups),
    unknownF1: f1[groups.length],
  }
  return { point, counts }
}

function scoreReport(
  columns: PredictionColumns,
  name: string,
  groups: readonly ShotGroup[],
  options: EvaluationOptions,
): ScoreReport {
  const { labels, predictions } = columns
  const { values, higherIs } = columns.scores[name]
  const oriented = orientedScores(name, values, higherIs)
  const isKnown = (_: number, i: number) => labels[i] >= 0
  const isUnknown = (_: number, i: number) => labels[i] < 0
  const known = oriented.filter(isKnown)
  const unknown = oriented.filter(isUnknown)
  const correct = Float64Array.from(labels, (label, i) => (label === predictions[i] ? 1 : 0)).filter(isKnown)
  const thresholds = name === 'maxSoftmax' ? undefined : quantileThresholds(values, labels, higherIs)
  return {
    higherIs,
    ...detectionMetrics(known, unknown),
    oscr: oscr(known, correct, unknown),
    byGroup: perGroup((group) => {
      const ofGroup = oriented.filter((_, i) => labels[i] >= 0 && groups[labels[i]] === group)
      const { auroc, fpr95 } = detectionMetrics(ofGroup, unknown)
      return { auroc, fpr95 }
    }),
    sweep: thresholdSweep({ predictions, labels, scores: values, higherIs, groups, thresholds }),
    oscrCurve: oscrCurve(known, correct, unknown, options.curvePoints ?? 100),
    histogram: scoreHistogram(values.filter(isKnown), values.filter(isUnknown), options.bins ?? 40),
  }
}

function classReports(
  closed: ClassCounts,
  open: ClassCounts | null,
  groups: readonly ShotGroup[],
  options: EvaluationOptions,
): ClassReport[] {
  const closedAccuracy = perClassAccuracy(closed)
  const openAccuracy = open && perClassAccuracy(open)
  const f1 = open && perClassF1(open)
  return groups.map((group, index) => ({
    index,
    name: options.classNames?.[index] ?? String(index),
    trainingImages: options.trainingCounts[index],
    group,
    testImages: closed.support[index],
    closedAccuracy: closedAccuracy[index],
    openAccuracy: openAccuracy ? openAccuracy[index] : null,
    rejected: open && open.support[index] > 0 ? open.rejected[index] / open.support[index] : null,
    f1: f1 ? f1[index] : null,
  }))
}
