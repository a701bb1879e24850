// Tables for the terminal and for Markdown: columns aligned, numbers to the right, a second heading line above columns that
// belong together. Missing values are "-".

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Neighbouring columns of one group share a heading above their titles. */
  readonly group?: string
}

export type TableStyle = 'text' | 'markdown'

/** Rows of cells under columns; short rows are filled up with "-". The text ends without a line end. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: TableStyle = 'text',
): string {
  const cells = rows.map((row) => columns.map((_, c) => row[c] ?? '-'))
  return style === 'markdown' ? markdown(columns, cells) : text(columns, cells)
}

/** A share as a percentage with one decimal, "-" for null: 0.4123 -> 41.2. */
export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined ? '-' : (100 * share).toFixed(digits)
}

/** A number with fixed decimals, "-" for null: the F-measure is printed so, 0.446. */
export function decimal(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined ? '-' : value.toFixed(digits)
}

/**
 * Makes text that may hold anything safe in Markdown: no markup, no line end. A bar stays, since it means something in tables
 * only, where formatTable takes care of it.
 */
export function escapeMarkdown(value: string): string {
  return value
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\\`*_[\]#~]/g, '\\$&')
    .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function text(columns: readonly Column[], rows: readonly string[][]): string {
  const widths = columns.map((column, c) =>
    Math.max(width(column.title), ...rows.map((row) => width(row[c]))),
  )
  const groups = groupSpans(columns)
  // A group's heading may need more room than its columns have: the last of them gives it.
  for (const { group, from, to } of groups) {
    const room = widths.slice(from, to).reduce((sum, w) => sum + w, 0) + 2 * (to - from - 1)
    widths[to - 1] += Math.max(0, width(group) - room)
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, c) => pad(cell, widths[c], columns[c].align))
      .join('  ')
      .trimEnd()
  const lines = [line(columns.map((column) => column.title)), widths.map((w) => '─'.repeat(w)).join('  ')]
  if (groups.some(({ group }) => group !== '')) {
    const heading = groups.map(({ group, from, to }) => {
      const room = widths.slice(from, to).reduce((sum, w) => sum + w, 0) + 2 * (to - from - 1)
      return pad(group, room, 'left')
    })
    lines.unshift(heading.join('  ').trimEnd())
  }
  return [...lines, ...rows.map(line)].join('\n')
}

function markdown(columns: readonly Column[], rows: readonly string[][]): string {
  const titles = columns.map(({ group, title }) => (group ? `${group}: ${title}` : title))
  const line = (row: readonly string[]) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = columns.map(({ align }) => (align === 'right' ? '---:' : '---'))
  return [line(titles), line(rule), ...rows.map(line)].join('\n')
}

function groupSpans(columns: readonly Column[]): { group: string; from: number; to: number }[] {
  const spans: { group: string; from: number; to: number }[] = []
  columns.forEach((column, c) => {
    const group = column.group ?? ''
    const last = spans.at(-1)
    if (last && last.group === group) last.to = c + 1
    else spans.push({ group, from: c, to: c + 1 })
  })
  return spans
}

function pad(cell: string, room: number, align: Column['align']): string {
  const blank = ' '.repeat(Math.max(0, room - width(cell)))
  return align === 'right' ? blank + cell : cell + blank
}

/** Columns that a terminal uses, for the scripts that class names come in: wide East Asian characters take two. */
function width(cell: string): number {
  let columns = 0
  for (const character of cell) {
    if (/\p{Mark}/u.test(character)) continue
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1
  }
  return columns
}
