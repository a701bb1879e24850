import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { ConfigError } from '../errors.ts'
import { evaluateOpenSet } from '../metrics/evaluation.ts'
import { fitThreshold } from '../metrics/threshold.ts'
import { comparisonTable, stackedComparison } from './comparison-table.ts'
import { writeReport } from './report.ts'
import {
  type NamedReport,
  oscrChart,
  perClassAccuracyChart,
  scoreHistogramChart,
  trainingCurveChart,
} from './report-charts.ts'
import { barChart, lineChart } from './svg-chart.ts'
import { ticks } from './svg-drawing.ts'
import { decimal, formatTable, percent } from './table.ts'

const HOSTILE = `<script>alert('1')</script> & "Käfer" |\u0007`

function model(name: string, options: { unknown?: boolean } = {}): NamedReport {
  const labels = options.unknown === false ? [0, 1, 2, 2] : [0, 1, 2, 2, -1, -1]
  const predictions = [0, 1, 2, 0, 1, 0].slice(0, labels.length)
  const scores = [0.9, 0.8, 0.4, 0.7, 0.3, 0.6].slice(0, labels.length)
  const threshold = fitThreshold({
    score: 'maxSoftmax',
    higherIs: 'known',
    method: { kind: 'keepKnown', share: 0.75 },
    labels,
    predictions,
    scores,
    classCount: 4,
  })
  const report = evaluateOpenSet({
    labels,
    predictions,
    openScores: { maxSoftmax: scores, negativeReachability: scores.map((s) => s - 1) },
    trainingCounts: [500, 120, 50, 0],
    classNames: [HOSTILE, 'b', 'c', 'never tested'],
    thresholds: [threshold],
  })
  return { name, report }
}

/** Checks that text is well-formed XML: tags close in order, attributes are quoted, references are known. */
function assertWellFormed(xml: string): void {
  const open: string[] = []
  const rest = xml.replace(
    /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, end, tag, _attributes, empty) => {
      if (end) assert.equal(open.pop(), tag)
      else if (!empty) open.push(tag)
      return ''
    },
  )
  assert.deepEqual(open, [])
  assert.doesNotMatch(rest, /[<>]|&(?!#\d+;)/)
  assert.doesNotMatch(xml, /NaN|undefined|Infinity/)
}

test('the comparison shows each promised column, and "-" where there is nothing to measure', () => {
  const table = comparisonTable([model('plain'), model('OLTR++')], 'markdown').split('\n')
  const titles = table[0].split('|').map((title) => title.trim())
  assert.deepEqual(titles.slice(1, -1), [
    'Model',
    ...['Many', 'Medium', 'Few', 'Overall'].map((t) => `closed set: ${t}`),
    ...['Many', 'Medium', 'Few', 'Unknown rejected', 'F', 'Macro-F1'].map((t) => `open set: ${t}`),
    ...['AUROC', 'FPR95', 'OSCR'].map((t) => `known or unknown: ${t}`),
    ...['Many', 'Medium', 'Few'].map((t) => `known called unknown: ${t}`),
  ])
  const cells = table[2].split('|').map((cell) => cell.trim())
  // Keeping 75 % of the four known images puts the threshold at 0.7: one of class 2 and both unknown images are rejected.
  assert.deepEqual(cells.slice(1, 9), ['plain', '100.0', '50.0', '-', '75.0', '100.0', '0.0', '-'])
  assert.deepEqual(cells.slice(9, 10), ['100.0'])
  assert.deepEqual(cells.slice(-4, -1), ['0.0', '50.0', '-'])
  const wide = Math.max(
    ...stackedComparison([model('plain'), model('OLTR++')])
      .split('\n')
      .map((line) => line.length),
  )
  assert.ok(wide <= 80, String(wide))
})

test('the report writes JSON that reads back, a page and pictures that no name can break', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'report-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const models = [model(HOSTILE), model('OLTR++')]
  const files = writeReport(path.join(folder, 'a', 'b'), models, {
    title: HOSTILE,
    protocol: { seed: 1, note: HOSTILE },
  })
  const names = files.map((file) => path.basename(file))
  assert.deepEqual(names.toSorted(), [
    'accuracy-per-class.svg',
    'evaluation.json',
    'oscr.svg',
    'rejected.svg',
    'report.html',
    'report.md',
    'scores-1.svg',
    'scores-2.svg',
  ])
  const read = (name: string) => fs.readFileSync(files[names.indexOf(name)], 'utf8')
  assert.deepEqual(JSON.parse(read('evaluation.json')).models, models)
  for (const name of names.filter((n) => n.endsWith('.svg'))) assertWellFormed(read(name))
  const page = read('report.html')
  assert.doesNotMatch(page, /<script/)
  assert.match(page, /keeps 75\.0 % of known images on 6 validation images/)
  assert.match(read('report.md'), /!\[oscr\.svg\]\(oscr\.svg\)/)
})

test('a closed-set evaluation has a report too, without the pictures of unknown images', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'report-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const files = writeReport(folder, [model('plain', { unknown: false })])
  assert.deepEqual(
    files.map((file) => path.basename(file)),
    ['evaluation.json', 'accuracy-per-class.svg', 'report.md', 'report.html'],
  )
  assert.throws(() => writeReport(folder, []), ConfigError)
  assert.throws(() => writeReport(folder, [model('a'), model('a')]), ConfigError)
})

test('charts are well-formed with nothing, one value or gaps to show', () => {
  const empty = evaluateOpenSet({ labels: [], predictions: [], openScores: { s: [] }, trainingCounts: [3] })
  assertWellFormed(perClassAccuracyChart([{ name: 'empty', report: empty }]))
  assertWellFormed(perClassAccuracyChart([]))
  assertWellFormed(scoreHistogramChart({ name: 'empty', report: empty }, 's'))
  assertWellFormed(oscrChart([{ name: 'empty', report: empty, score: 's' }]))
  assertWellFormed(trainingCurveChart({ loss: [] }))
  assertWellFormed(
    trainingCurveChart({
      loss: [
        { x: 1, y: 2 },
        { x: 2, y: Number.NaN },
        { x: 3, y: 1 },
      ],
    }),
  )
  assertWellFormed(
    barChart({ title: '', yLabel: '', series: ['a', 'b'], groups: [{ label: 'g', values: [null] }] }),
  )
  assert.throws(() => lineChart([], { title: '', xLabel: '', yLabel: '', width: 10 }), ConfigError)
})

test('a point that is missing breaks the line, and points land where the axes say', () => {
  const options = {
    title: '',
    xLabel: '',
    yLabel: '',
    width: 488,
    height: 310,
    xDomain: [0, 4],
    yDomain: [0, 2],
  } as const
  const points = [0, 1, 2, 3, 4].map((x) => ({ x, y: x === 2 ? Number.NaN : 1 }))
  // The plotting area is 62..462 by 62..262: x = 1 lies at 162, y = 1 at 162.
  assert.match(lineChart([{ name: 's', points }], options), /d="M62 162L162 162M362 162L462 162"/)
})

test('ticks are round numbers inside the domain', () => {
  assert.deepEqual(ticks(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1])
  assert.deepEqual(ticks(-0.3, 0.3, 3), [-0.2, 0, 0.2])
  assert.deepEqual(ticks(0, 0.0007, 4), [0, 0.0002, 0.0004, 0.0006])
  assert.deepEqual(ticks(5, 5), [])
})

test('text tables align by what a terminal shows, with group headings above', () => {
  const table = formatTable(
    [
      { title: 'Class' },
      { title: 'n', align: 'right', group: 'images' },
      { title: 'acc', align: 'right', group: 'images' },
    ],
    [['猫', '7', percent(0.5)], ['newt', '1200', percent(null)], ['short row']],
  )
  assert.deepEqual(table.split('\n'), [
    '           images',
    'Class         n   acc',
    '─────────  ────  ────',
    '猫            7  50.0',
    'newt       1200     -',
    'short row     -     -',
  ])
  assert.equal(formatTable([{ title: 'a|b' }], [['1|2']], 'markdown'), '| a\\|b |\n| --- |\n| 1\\|2 |')
  assert.deepEqual(
    [percent(0.41234), percent(undefined), decimal(0.4461), decimal(null)],
    ['41.2', '-', '0.446', '-'],
  )
})
