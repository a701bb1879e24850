// Several models side by side, one row each: closed-set accuracy by shot group, then open set at the model's first threshold,
// detection by the score that this threshold cuts, and the share of known images turned away in each group.
import { SHOT_GROUPS } from '../metrics/shot-groups.ts'
import type { NamedReport } from './report-charts.ts'
import { type Column, decimal, formatTable, percent, type TableStyle } from './table.ts'

const CLOSED = 'closed set'
const OPEN = 'open set'
const DETECTION = 'known or unknown'
const REJECTED = 'known called unknown'

const COLUMNS: readonly Column[] = [
  { title: 'Model' },
  ...['Many', 'Medium', 'Few', 'Overall'].map((title): Column => ({ title, group: CLOSED, align: 'right' })),
  ...['Many', 'Medium', 'Few', 'Unknown rejected', 'F', 'Macro-F1'].map(
    (title): Column => ({ title, group: OPEN, align: 'right' }),
  ),
  ...['AUROC', 'FPR95', 'OSCR'].map((title): Column => ({ title, group: DETECTION, align: 'right' })),
  ...['Many', 'Medium', 'Few'].map((title): Column => ({ title, group: REJECTED, align: 'right' })),
]

export interface ComparisonTable {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
}

/** Columns and cells; percent with one decimal, F and macro-F1 with three, "-" where there is nothing to measure. */
export function comparisonRows(models: readonly NamedReport[]): ComparisonTable {
  return { columns: COLUMNS, rows: models.map(row) }
}

/** The table as text for the terminal, or as Markdown. */
export function comparisonTable(models: readonly NamedReport[], style: TableStyle = 'text'): string {
  return formatTable(COLUMNS, models.map(row), style)
}

/**
 * The same in three narrow tables that fit 80 columns, one below the other. For a terminal: the wide one has 17 columns.
 */
export function stackedComparison(models: readonly NamedReport[]): string {
  const rows = models.map(row)
  const part = (wanted: readonly string[]) => {
    const at = COLUMNS.map((column, c) => ({ column, c })).filter(
      ({ column, c }) => c === 0 || wanted.includes(column.group!),
    )
    return formatTable(
      at.map(({ column }) => column),
      rows.map((cells) => at.map(({ c }) => cells[c])),
    )
  }
  return [part([CLOSED]), part([OPEN]), part([DETECTION, REJECTED])].join('\n\n')
}

/** The score that a report's first threshold cuts, or its first score; null when it has none. */
export function headlineScore({ report }: NamedReport): string | null {
  return report.open[0]?.threshold.score ?? Object.keys(report.scores)[0] ?? null
}

function row(model: NamedReport): string[] {
  const { closed, open, scores } = model.report
  const point = open[0]
  const score = headlineScore(model)
  const detection = score === null ? undefined : scores[score]
  return [
    model.name,
    ...SHOT_GROUPS.map((group) => percent(closed[group])),
    percent(closed.overall),
    ...SHOT_GROUPS.map((group) => percent(point?.accuracy[group])),
    percent(point?.unknownRejected),
    decimal(point?.openF),
    decimal(point?.macroF1),
    percent(detection?.auroc),
    percent(detection?.fpr95),
    percent(detection?.oscr),
    ...SHOT_GROUPS.map((group) => percent(point?.knownRejected[group])),
  ]
}
