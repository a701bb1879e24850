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
      throw new DataError(
        file,
        `line ${line}: expected \`path label\`, got "${shortened(entry)}"; correct the line`,
      )
    }
    paths.push(path)
    labels.push(Number(token))
    lines.push(line)
  }
  if (paths.length === 0)
    throw new DataError(file, 'expected lines of `path label`, there are none; check the file')
  const list = { paths, labels: Int32Array.from(labels), lines: Int32Array.from(lines) }
  checkLabels(labels, list.lines, file, rules)
  return list
}

/** Throws DataError with the line of the first label that the rules do not allow. */
export function checkLabels(
  labels: ArrayLike<number>,
  lines: ArrayLike<number>,
  file: string,
  rules: ListRules,
): void {
  const classes = rules.classes ?? labels.length
  const below = rules.unknown === 'refused' ? 0 : -1
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]
    if (label >= below && label < classes && !(rules.unknown === 'required' && label !== -1)) continue
    const allowed = rules.unknown === 'required' ? '-1 in an open list' : `${below}..${classes - 1}`
    const reason =
      rules.classes === undefined ? ` (${labels.length} images cannot make more classes than that)` : ''
    throw new DataError(
      file,
      `line ${lines[i]}: label ${label} is out of range, expected ${allowed}${reason}; correct the line`,
    )
  }
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
