// The files of an evaluation: evaluation.json (everything, for programs), report.md and report.html (tables and pictures, for
// people; the page stands alone, no script, no network) and the pictures as SVG. Each file is written whole or not at all.
import fs from 'node:fs'
import path from 'node:path'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { ConfigError } from '../errors.ts'
import type { OperatingPoint } from '../metrics/evaluation-report.ts'
import { SHOT_GROUPS } from '../metrics/shot-groups.ts'
import { comparisonRows, headlineScore } from './comparison-table.ts'
import { toJson } from './json-lines.ts'
import {
  type NamedReport,
  oscrChart,
  perClassAccuracyChart,
  rejectionChart,
  scoreHistogramChart,
} from './report-charts.ts'
import { escapeXml } from './svg-drawing.ts'
import { type Column, decimal, formatTable, percent } from './table.ts'

export interface ReportOptions {
  readonly title?: string
  /** Facts about how the numbers came to be: command, recipe, seed, parameters, split hash, schedule, hardware ... */
  readonly protocol?: Readonly<Record<string, string | number>>
}

/** A table under a heading, with what must be known to read it. */
export interface Section {
  readonly heading: string
  readonly note: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
}

/**
 * Writes the report of one model, or of several side by side, into `directory` (made if it is not there) and returns the files.
 * Throws ConfigError without models or when two have one name.
 */
export function writeReport(
  directory: string,
  models: readonly NamedReport[],
  options: ReportOptions = {},
): string[] {
  const names = models.map((model) => model.name)
  if (models.length === 0 || new Set(names).size < names.length)
    throw new ConfigError('report.models', names, 'expected one model or more, each with its own name')
  const title = options.title ?? 'Evaluation'
  const sections = reportSections(models, options)
  const pictures = reportPictures(models)
  return writeReportFiles(directory, {
    'evaluation.json': `${toJson({ format: 1, title, protocol: options.protocol ?? {}, models })}\n`,
    ...pictures,
    'report.md': markdownReport(title, sections, Object.keys(pictures)),
    'report.html': htmlReport(title, sections, Object.values(pictures)),
  })
}

/** Writes files into `directory` (made if it is not there), each whole or not at all, and returns their paths. */
export function writeReportFiles(directory: string, files: Readonly<Record<string, string>>): string[] {
  fs.mkdirSync(directory, { recursive: true })
  return Object.entries(files).map(([name, contents]) => {
    const file = path.join(directory, name)
    writeFileAtomicSync(file, contents)
    return file
  })
}

function reportSections(models: readonly NamedReport[], options: ReportOptions): Section[] {
  const { images, shotRule, classesPerGroup, classCount } = models[0].report
  const groups = SHOT_GROUPS.map((group) => `${classesPerGroup[group]} ${group}-shot`).join(', ')
  const protocol = Object.entries(options.protocol ?? {}).map(([name, value]) => [name, String(value)])
  return [
    {
      heading: 'Accuracy',
      note:
        `${images.known} images of ${classCount} known classes (${groups}; ${shotRule.name}) and ${images.unknown} unknown images. ` +
        'Percent, F and macro-F1 excepted. Group accuracies are means over classes; in the open set, rejected known images count as ' +
        'wrong. F is the F-measure of the OLTR papers, macro-F1 the ordinary one over the known classes and "unknown".',
      ...comparisonRows(models),
    },
    {
      heading: 'Thresholds',
      note: 'Below it (or above, as said) an image is called unknown.',
      ...thresholdRows(models),
    },
    {
      heading: 'Known or unknown, by score',
      note: 'Percent, over all thresholds. AUROC of one group: its known images against all unknown ones.',
      ...detectionRows(models),
    },
    ...(protocol.length > 0
      ? [{ heading: 'Protocol', note: '', columns: [{ title: 'Fact' }, { title: 'Value' }], rows: protocol }]
      : []),
  ]
}

function thresholdRows(models: readonly NamedReport[]): Pick<Section, 'columns' | 'rows'> {
  const numeric = (title: string): Column => ({ title, align: 'right' })
  return {
    columns: [
      { title: 'Model' },
      { title: 'Known when' },
      { title: 'Fitted by' },
      ...['Overall', 'Known rejected', 'Unknown rejected', 'F', 'F (historic)', 'Macro-F1'].map(numeric),
    ],
    rows: models.flatMap(({ name, report }) =>
      report.open.map((point) => [
        name,
        `${point.threshold.score} ${point.threshold.knownWhen === 'atLeast' ? '≥' : '≤'} ${Number(point.threshold.value.toPrecision(4))}`,
        fittedBy(point),
        percent(point.accuracy.overall),
        percent(point.knownRejected.overall),
        percent(point.unknownRejected),
        decimal(point.fixed.value),
        decimal(point.excluding.value),
        decimal(point.macroF1),
      ]),
    ),
  }
}

function fittedBy({ threshold: { method, validation } }: OperatingPoint): string {
  if (method.kind === 'fixed') return 'fixed'
  const images = validation ? ` on ${validation.known + validation.unknown} validation images` : ''
  if (method.kind === 'macroF1') return `best macro-F1${images}`
  const what = method.balance === 'class' ? 'of known images, classes weighing the same,' : 'of known images'
  return `keeps ${percent(method.share)} % ${what}${images}`
}

function detectionRows(models: readonly NamedReport[]): Pick<Section, 'columns' | 'rows'> {
  const titles = ['AUROC', 'AUPR in', 'AUPR out', 'FPR95', 'Det. error', 'at 95 %', 'OSCR']
  return {
    columns: [
      { title: 'Model' },
      { title: 'Score' },
      ...titles.map((title): Column => ({ title, align: 'right' })),
      ...SHOT_GROUPS.map((title): Column => ({ title, align: 'right', group: 'AUROC' })),
    ],
    rows: models.flatMap(({ name, report }) =>
      Object.entries(report.scores).map(([score, s]) => [
        name,
        score,
        ...[s.auroc, s.auprIn, s.auprOut, s.fpr95, s.detectionError, s.detectionErrorAt95, s.oscr].map((v) =>
          percent(v),
        ),
        ...SHOT_GROUPS.map((group) => percent(s.byGroup[group].auroc)),
      ]),
    ),
  }
}

/** Pictures by file name. Those that need unknown images are left out where there are none. */
function reportPictures(models: readonly NamedReport[]): Record<string, string> {
  const pictures: Record<string, string> = { 'accuracy-per-class.svg': perClassAccuracyChart(models) }
  if (models.every(({ report }) => report.images.unknown === 0)) return pictures
  if (models.some(({ report }) => report.open.length > 0)) pictures['rejected.svg'] = rejectionChart(models)
  const scored = models.flatMap((model) => {
    const score = headlineScore(model)
    return score === null ? [] : [{ ...model, score }]
  })
  if (scored.length > 0) pictures['oscr.svg'] = oscrChart(scored)
  scored.forEach((model, i) => {
    pictures[`scores-${i + 1}.svg`] = scoreHistogramChart(model, model.score)
  })
  return pictures
}

/** The report in Markdown. `opening`: paragraphs before the first table. */
export function markdownReport(
  title: string,
  sections: readonly Section[],
  pictures: readonly string[],
  opening: readonly string[] = [],
): string {
  const blocks = sections.flatMap(({ heading, note, columns, rows }) => [
    `## ${heading}`,
    ...(note ? [note] : []),
    formatTable(columns, rows, 'markdown'),
  ])
  return `${[`# ${title}`, ...opening, ...blocks, ...pictures.map((name) => `![${name}](${name})`)].join('\n\n')}\n`
}

/** The report as a page that stands alone. `pictures`: SVG text; `opening`: paragraphs before the first table. */
export function htmlReport(
  title: string,
  sections: readonly Section[],
  pictures: readonly string[],
  opening: readonly string[] = [],
): string {
  const blocks = sections.map(
    ({ heading, note, columns, rows }) =>
      `<section><h2>${escapeXml(heading)}</h2>${note ? `<p>${escapeXml(note)}</p>` : ''}${htmlTable(columns, rows)}</section>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title>
<style>
body { font: 15px/1.5 Helvetica, Arial, sans-serif; color: #222; background: #fff; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
section { overflow-x: auto }
table { border-collapse: collapse; white-space: nowrap; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #ddd; text-align: left }
th.right, td.right { text-align: right }
svg { max-width: 100%; height: auto }
</style></head><body>
<h1>${escapeXml(title)}</h1>
${opening.map((text) => `<p>${escapeXml(text)}</p>\n`).join('')}${blocks.join('\n')}
${pictures.join('\n')}
</body></html>
`
}

function htmlTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const side = (c: number) => (columns[c].align === 'right' ? ' class="right"' : '')
  const heading = columns.map(
    ({ title, group }, c) =>
      `<th${side(c)}>${group ? `<small>${escapeXml(group)}</small><br>` : ''}${escapeXml(title)}</th>`,
  )
  const lines = rows.map(
    (row) => `<tr>${row.map((cell, c) => `<td${side(c)}>${escapeXml(cell)}</td>`).join('')}</tr>`,
  )
  return `<table><thead><tr>${heading.join('')}</tr></thead><tbody>${lines.join('\n')}</tbody></table>`
}
