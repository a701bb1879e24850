// The lines of the benchmarks as people read them: in the terminal, and as Markdown under docs/results.

import type { Line, Quantity } from './benchmark.ts'
import type { Machine } from './machine.ts'

/** Three significant digits, and the middle half of the measurements where there were several. */
export function formatQuantity(quantity: Quantity | null): string {
  if (quantity === null) return ''
  const { value, unit, low, high } = quantity
  const range = low === undefined || high === undefined ? '' : ` (${digits(low)}–${digits(high)})`
  return `${digits(value)} ${unit}${range}`
}

function digits(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return Number(value.toPrecision(3)).toString()
}

export function verdict({ met }: Line): string {
  return met === null ? 'skipped' : met ? 'met' : 'NOT MET'
}

/** One benchmark line, several lines of text. */
export function formatLine(line: Line): string {
  const parts = [
    ['ours', formatQuantity(line.ours)],
    ['peer', formatQuantity(line.peer)],
    ['ratio', formatQuantity(line.ratio)],
    ['target', line.target],
    ['', line.remark],
  ]
  const body = parts.flatMap(([name, text]) => (text ? [`          ${name!.padEnd(8)}${text}`] : []))
  return [`${verdict(line).padEnd(10)}${line.what}`, ...body].join('\n')
}

export function markdown(lines: readonly Line[], machine: Machine): string {
  const rows = lines.map((line) =>
    [
      line.what,
      formatQuantity(line.ours),
      formatQuantity(line.peer),
      formatQuantity(line.ratio),
      line.target,
      verdict(line),
      line.remark,
    ].join(' | '),
  )
  return [
    '# Speed and memory',
    '',
    '`npm run bench -- --write` wrote this. Medians; in brackets the range of the middle half of the measurements.',
    'What is compared was measured in turns within one run, with the same settings of OpenBLAS and OpenMP.',
    '',
    `- processor: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.vectors}${
      machine.bfloat16.length > 0 ? `, ${machine.bfloat16.join(', ')}` : ', no bfloat16'
    }`,
    `- software: libtorch ${machine.libtorch} (${machine.blas}), Node ${machine.node}, ${machine.system}`,
    `- commit ${machine.commit}, ${machine.date}`,
    '',
    '| what | ours | peer | ratio | target | | how |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n')
}
