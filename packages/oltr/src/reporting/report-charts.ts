// The pictures of an evaluation: accuracy of every class from the head of the long tail to its end, known against unknown
// scores, how much of each group is turned away, the OSCR curve, and the curves of a training run.
import type { EvaluationReport } from '../metrics/evaluation-report.ts'
import { SHOT_GROUPS } from '../metrics/shot-groups.ts'
import { type Band, barChart, lineChart, type Point, type Series } from './svg-chart.ts'

export interface NamedReport {
  readonly name: string
  readonly report: EvaluationReport
}

const asPercent = (value: number) => `${Math.round(100 * value)}%`

/**
 * Accuracy of each class, classes sorted by their training images from many to few, one line per model: a moving average over
 * about a twelfth of the classes, over faint points of the single classes. All reports must be on the same classes.
 */
export function perClassAccuracyChart(
  models: readonly NamedReport[],
  options: { title?: string } = {},
): string {
  const classes = models[0]?.report.classes ?? []
  // Stable: classes with equal counts keep their order, so that every model's line runs over the same classes.
  const order = classes.map((_, c) => c).sort((a, b) => classes[b].trainingImages - classes[a].trainingImages)
  const series = models.flatMap(({ name, report }, colour): Series[] => {
    const values = order.map((c) => report.classes[c]?.closedAccuracy ?? null)
    const points = values.map((value, i) => ({ x: i + 1, y: value ?? Number.NaN }))
    const single: Series = { name: '', kind: 'points', faint: true, colour, points }
    return [
      single,
      { name, colour, points: movingAverage(values, Math.max(1, Math.round(values.length / 12))) },
    ]
  })
  const bands: Band[] = []
  for (const group of SHOT_GROUPS) {
    const places = order.map((c, i) => (classes[c].group === group ? i : -1)).filter((i) => i >= 0)
    if (places.length > 0)
      bands.push({ from: places[0] + 0.5, to: places.at(-1)! + 1.5, label: `${group}-shot` })
  }
  return lineChart(series, {
    title: options.title ?? 'Accuracy per class',
    xLabel: 'classes, from the most training images to the fewest',
    yLabel: 'accuracy',
    xDomain: [0.5, Math.max(1, order.length) + 0.5],
    yDomain: [0, 1],
    yFormat: asPercent,
    bands,
  })
}

/** How one score is spread over known and unknown images, with the thresholds that cut it. */
export function scoreHistogramChart({ name, report }: NamedReport, score: string): string {
  const { histogram } = report.scores[score]
  const steps = (shares: readonly number[]): Point[] => [
    ...shares.map((y, i) => ({ x: histogram.edges[i], y })),
    { x: histogram.edges[shares.length], y: 0 },
  ]
  return lineChart(
    [
      { name: 'known images', kind: 'steps', points: steps(histogram.known) },
      { name: 'unknown images', kind: 'steps', points: steps(histogram.unknown) },
    ],
    {
      title: `${name}: ${score} of known and unknown images`,
      xLabel: score,
      yLabel: 'share of images',
      yFormat: asPercent,
      xDomain: [histogram.edges[0], histogram.edges.at(-1)!],
      markers: report.open
        .filter((point) => point.threshold.score === score)
        .map((point) => ({ x: point.threshold.value, label: 'threshold' }))
        .filter(({ x }) => x >= histogram.edges[0] && x <= histogram.edges.at(-1)!),
    },
  )
}

/** What each model calls unknown at its first threshold: known images by shot group, and unknown ones. */
export function rejectionChart(models: readonly NamedReport[]): string {
  const labels = { many: 'known, many-shot', medium: 'known, medium-shot', few: 'known, few-shot' }
  const rejected = (pick: (point: EvaluationReport['open'][number]) => number | null) =>
    models.map(({ report }) => (report.open[0] ? pick(report.open[0]) : null))
  return barChart({
    title: 'Images called unknown',
    yLabel: 'share rejected',
    yDomain: [0, 1.05],
    yFormat: asPercent,
    series: models.map((model) => model.name),
    groups: [
      ...SHOT_GROUPS.map((group) => ({
        label: labels[group],
        values: rejected((point) => point.knownRejected[group]),
      })),
      { label: 'unknown', values: rejected((point) => point.unknownRejected) },
    ],
  })
}

/** Known images accepted and right against unknown images accepted, over all thresholds of one score per model. */
export function oscrChart(models: readonly (NamedReport & { readonly score: string })[]): string {
  return lineChart(
    models.map(({ name, report, score }) => ({
      name: `${name} (${score})`,
      points: report.scores[score].oscrCurve.map(({ fpr, ccr }) => ({ x: fpr, y: ccr })),
    })),
    {
      title: 'Open-set classification rate',
      xLabel: 'unknown images accepted',
      yLabel: 'known images accepted and right',
      xDomain: [0, 1],
      yDomain: [0, 1],
      xFormat: asPercent,
      yFormat: asPercent,
    },
  )
}

/** One curve per name over steps or epochs. */
export function trainingCurveChart(
  curves: Readonly<Record<string, readonly Point[]>>,
  options: { title?: string; xLabel?: string; yLabel?: string } = {},
): string {
  return lineChart(
    Object.entries(curves).map(([name, points]) => ({ name, points })),
    {
      title: options.title ?? 'Training',
      xLabel: options.xLabel ?? 'epoch',
      yLabel: options.yLabel ?? 'loss',
    },
  )
}

/** The mean of the values that exist within `window` places around each; a gap where none does. */
function movingAverage(values: readonly (number | null)[], window: number): Point[] {
  const reach = Math.floor(window / 2)
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - reach), i + reach + 1).filter((value) => value !== null)
    return {
      x: i + 1,
      y: near.length > 0 ? near.reduce((sum, value) => sum + value, 0) / near.length : Number.NaN,
    }
  })
}
