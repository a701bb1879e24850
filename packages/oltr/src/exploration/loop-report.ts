// The files of a dynamic loop's evidence: report.html (stands alone, no script, no network) and report.md for people,
// records.json for programs, and the pictures. They begin with what was found, in words. Each is written whole or not at all.

import { ConfigError } from '../errors.ts'
import { htmlReport, markdownReport, type Section, writeReportFiles } from '../reporting/report.ts'
import { escapeMarkdown } from '../reporting/table.ts'
import { BUDGET_CURVE, loopCharts } from './loop-charts.ts'
import type { LoopRecord } from './loop-record.ts'
import { RANDOM, REFERENCES } from './loop-statistics.ts'
import { loopSummary } from './loop-summary.ts'
import { accuracyTable, differenceTable, numbersTable } from './loop-tables.ts'

export interface LoopReportOptions {
  readonly title?: string
  /** Facts about how the numbers came to be: command, commit, base model, recipe, pool, annotator, hardware ... */
  readonly protocol?: Readonly<Record<string, string | number>>
  /** What a reader must know, a paragraph each. */
  readonly notes?: readonly string[]
  /** The arm that the words compare with random; without it, every strategy. */
  readonly ours?: string
}

/**
 * Writes the report into `directory` (made if it is not there) and returns the files. Throws ConfigError without records, when
 * strategies have no random selection beside them, when `ours` is none of them, or when a seed is there twice.
 */
export function writeLoopReport(
  directory: string,
  records: readonly LoopRecord[],
  options: LoopReportOptions = {},
): string[] {
  const protocols = checkedProtocols(records, options)
  const title = options.title ?? 'Dynamic loop'
  const opening = [
    ...protocols.flatMap((protocol) => loopSummary(records, protocol, options.ours)),
    ...(options.notes ?? []),
  ]
  const sections = [...protocols.flatMap((protocol) => loopSections(records, protocol)), ...facts(options)]
  const pictures = Object.fromEntries(
    protocols.flatMap((protocol, i) =>
      Object.entries(loopCharts(records, protocol, options.ours)).map(([name, svg]) => [
        `${fileName(protocol, i, protocols)}-${name}.svg`,
        svg,
      ]),
    ),
  )
  return writeReportFiles(directory, {
    'records.json': `${JSON.stringify(records, null, 2)}\n`,
    ...pictures,
    'report.md': markdownReport(
      escapeMarkdown(title),
      sections.map(inMarkdown),
      Object.keys(pictures),
      opening.map(escapeMarkdown),
    ),
    'report.html': htmlReport(title, sections, Object.values(pictures), opening),
  })
}

function checkedProtocols(records: readonly LoopRecord[], { ours }: LoopReportOptions): string[] {
  if (records.length === 0) throw new ConfigError('loop.records', records, 'expected one record or more')
  const protocols = [...new Set(records.map(({ protocol }) => protocol))]
  const armsOf = (protocol: string) => [
    ...new Set(records.filter((record) => record.protocol === protocol).map(({ arm }) => arm)),
  ]
  for (const protocol of protocols) {
    const arms = armsOf(protocol)
    if (arms.some((arm) => !REFERENCES.includes(arm)) && !arms.includes(RANDOM))
      throw new ConfigError(
        'loop.arms',
        arms,
        `expected ${RANDOM} among the arms of ${protocol}, which the others are compared with`,
      )
  }
  const strategies = protocols.flatMap(armsOf).filter((arm) => arm !== RANDOM && !REFERENCES.includes(arm))
  if (ours !== undefined && !strategies.includes(ours))
    throw new ConfigError('loop.ours', ours, `expected one of ${[...new Set(strategies)].join(', ')}`)
  return protocols
}

function loopSections(records: readonly LoopRecord[], protocol: string): Section[] {
  const isCurve = protocol === BUDGET_CURVE
  const places = isCurve ? 'budget' : 'stage'
  const differences = (metric: 'unknown' | 'known', classes: string): Section => ({
    heading: `${protocol}: ${classes} classes against random`,
    note:
      `Points more (+) or fewer (−) than random selection on the same seeds, by ${places}, with the 95 % interval of Student's t. ` +
      'No word beside it: the interval holds 0, the two are not distinguishable.',
    ...differenceTable(records, protocol, metric),
  })
  return [
    {
      heading: `${protocol}: accuracy`,
      note:
        `Percent, mean over seeds ± standard deviation, by ${places}. ` +
        (isCurve
          ? 'Open classes: a class that was not discovered counts 0.'
          : 'Known classes / open classes of that stage; a class that was not discovered counts 0.'),
      ...accuracyTable(records, protocol),
    },
    ...[differences('unknown', 'open'), differences('known', 'known')].filter(({ rows }) => rows.length > 0),
    {
      heading: `${protocol}: all numbers`,
      note:
        'Percent, labels excepted. Forgotten: what the known classes lost since before the loop. Purity: questions that showed an ' +
        'open class. Discovered: open classes that got a label. Per 100: points on the open classes per 100 questions. In brackets: seeds ' +
        'that have the number.',
      ...numbersTable(records, protocol),
    },
  ]
}

function facts({ protocol = {} }: LoopReportOptions): Section[] {
  const rows = Object.entries(protocol).map(([name, value]) => [name, String(value)])
  if (rows.length === 0) return []
  return [{ heading: 'Protocol', note: '', columns: [{ title: 'Fact' }, { title: 'Value' }], rows }]
}

function inMarkdown({ heading, note, columns, rows }: Section): Section {
  return {
    heading: escapeMarkdown(heading),
    note: escapeMarkdown(note),
    columns: columns.map((column) => ({ ...column, title: escapeMarkdown(column.title) })),
    rows: rows.map((row) => row.map(escapeMarkdown)),
  }
}

/** A protocol's name as the beginning of a file's, whatever it holds; a number keeps two apart that come out the same. */
function fileName(protocol: string, place: number, protocols: readonly string[]): string {
  const safe = (name: string) => name.replace(/[^a-z0-9-]+/gi, '-').slice(0, 60)
  const isShared = protocols.some((other, i) => i !== place && safe(other) === safe(protocol))
  return isShared ? `${safe(protocol)}-${place + 1}` : safe(protocol)
}
