// List files as ImageNet-LT and Places-LT publish theirs (Liu et al., CVPR 2019): one `relative/path label` per line, the
// label an integer from 0, -1 for images of unknown classes.

import { readFile } from 'node:fs/promises'
import { DataError } from '../errors.ts'

/** Image paths with their labels; `lines[i]` is the line (from 1) that image i stands on. */
export interface ImageList {
  readonly paths: readonly string[]
  readonly labels: Int32Array
  readonly lines: Int32Array
}

export interface ListRules {
  /** Labels are 0..classes-1. Omitted: as many classes as the largest label says, at most one per image. */
  classes?: number
  /** What -1 is: `refused` in training and test lists, `allowed` or the only label (`required`) in open lists. */
  unknown: 'refused' | 'allowed' | 'required'
  /** Told of each wrong entry, which is then left out; without it, the first one is thrown as DataError. */
  report?: ReportEntry
}

/** Takes one wrong entry: where it stands and what is wrong, the sentence of a DataError. */
export type ReportEntry = (entry: { file: string; line: number; message: string }) => void

/** Throws the entry, or reports it where somebody listens. */
export function refuseEntry(file: string, line: number, message: string, report?: ReportEntry): void {
  if (!report) throw new DataError(file, `line ${line}: ${message}`)
  report({ file, line, message })
}

/** Reads and checks a list file. Throws DataError with the line of the first wrong entry. */
export async function readListFile(file: string, rules: ListRules): Promise<ImageList> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new DataError(
      file,
      `expected a list file, it cannot be read (${(cause as Error).message}); check the path`,
      {
        cause,
      },
    )
  }
  return parseList(text, file, rules)
}

/**
 * Parses list text. The label is the last token of a line, so paths may hold spaces; blank lines are skipped; lines end
 * in LF or CRLF; a byte-order mark is passed over.
 */
export function parseList(text: string, file: string, rules: ListRules): ImageList {
  const paths: string[] = []
  const labels: number[] = []
  const lines: number[] = []
  let line = 0
  for (let start = text.charCodeAt(0) === 0xfeff ? 1 : 0; start < text.length; ) {
    line++
    const newline = text.indexOf('\n', start)
    const stop = newline < 0 ? text.length : newline
    const entry = text.slice(start, stop).trim()
    start = stop + 1
    if (entry === '') continue
    let at = entry.length - 1
    while (at >= 0 && !isSpace(entry.charCodeAt(at))) at--
    const token = entry.slice(at + 1)
    const path = entry.slice(0, Math.max(0, at)).trimEnd()
    if (path === '' || !/^[+-]?\d+$/.test(token)) {
      refuseEntry(
        file,
        line,
        `expected \`path label\`, got "${shortened(entry)}"; correct the line`,
        rules.report,
      )
      continue
    }
    paths.push(path)
    labels.push(Number(token))
    lines.push(line)
  }
  if (paths.length === 0)
    throw new DataError(file, 'expected lines of `path label`, there are none; check the file')
  const allowed = allowedLabels(labels, lines, file, rules)
  const keep = <T>(values: T[]): T[] =>
    allowed.length === values.length ? values : allowed.map((i) => values[i])
  return { paths: keep(paths), labels: Int32Array.from(keep(labels)), lines: Int32Array.from(keep(lines)) }
}

/** Positions of the labels that the rules allow. Throws DataError with the line of the first other one, or reports it. */
export function allowedLabels(
  labels: ArrayLike<number>,
  lines: ArrayLike<number>,
  file: string,
  rules: ListRules,
): number[] {
  const classes = rules.classes ?? labels.length
  const below = rules.unknown === 'refused' ? 0 : -1
  const positions: number[] = []
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]
    if (label >= below && label < classes && !(rules.unknown === 'required' && label !== -1)) {
      positions.push(i)
      continue
    }
    const range = rules.unknown === 'required' ? '-1 in an open list' : `${below}..${classes - 1}`
    const reason =
      rules.classes === undefined ? ` (${labels.length} images cannot make more classes than that)` : ''
    refuseEntry(
      file,
      lines[i],
      `label ${label} is out of range, expected ${range}${reason}; correct the line`,
      rules.report,
    )
  }
  return positions
}

/** One more than the largest label; 0 for none. */
export function classesIn(labels: ArrayLike<number>): number {
  let most = -1
  for (let i = 0; i < labels.length; i++) if (labels[i] > most) most = labels[i]
  return most + 1
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

function shortened(entry: string): string {
  return entry.length > 80 ? `${entry.slice(0, 77)}...` : entry
}
