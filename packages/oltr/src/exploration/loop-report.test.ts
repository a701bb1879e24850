import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError } from '../errors.ts'
import { loopCharts } from './loop-charts.ts'
import { loopRecord, loopSeeds } from './loop-record.fixture.ts'
import { writeLoopReport } from './loop-report.ts'

const HOSTILE = `<script>alert('1')</script> & "Käfer" |\n\u0007 ../../x`

const folder = () => join(mkdtempSync(join(tmpdir(), 'oltr-loop-report-')), 'report')
const curve = [
  ...loopSeeds([0.3, 0.31, 0.32]),
  ...loopSeeds([0.4, 0.415, 0.42], { arm: 'energy' }),
  ...loopSeeds([0.4, 0.42, 0.44], { budget: '20%' }),
  ...loopSeeds([0.44, 0.38, 0.43], { arm: 'energy', budget: '20%' }),
  ...loopSeeds([0.5, 0.52, 0.54], { budget: '30%' }),
  ...loopSeeds([0.4, 0.41, 0.45], { arm: 'energy', budget: '30%' }),
]

/** Checks that text is well-formed XML, and that no number went missing in it. */
function assertDrawn(svg: string): void {
  const open: string[] = []
  const rest = svg.replace(
    /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, end, tag, _attributes, empty) => {
      if (end) assert.equal(open.pop(), tag)
      else if (!empty) open.push(tag)
      return ''
    },
  )
  assert.deepEqual(open, [])
  assert.doesNotMatch(rest, /[<>]|&(?!#\d+;)/)
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/)
}

test('a report begins with what was found against random, budget by budget', () => {
  const directory = folder()
  const files = writeLoopReport(directory, curve, { ours: 'energy', title: 'Loop', protocol: { seed: 3 } })
  assert.ok(files.every((file) => existsSync(file)))
  const text = readFileSync(join(directory, 'report.md'), 'utf8')
  assert.match(
    text,
    /energy against random selection at 3 budgets: better at 1, worse at 1, not distinguishable at 1\./,
  )
  assert.match(text, /Budget 10%: energy reaches 41\.2 % .* random 31\.0 %: better, \+10\.2 points/)
  assert.match(text, /Budget 20%: .*: not distinguishable, −0\.3 points/)
  assert.match(text, /Budget 30%: .*: worse, −10\.0 points .* is that of random, 52\.0 %\./)
  assert.match(text, /\| seed \| 3 \|/)
  assert.deepEqual(JSON.parse(readFileSync(join(directory, 'records.json'), 'utf8')), curve)
})

test('the page stands alone: pictures inline, no script, nothing from elsewhere', () => {
  const directory = folder()
  const files = writeLoopReport(directory, curve)
  const page = readFileSync(join(directory, 'report.html'), 'utf8')
  const pictures = files.filter((file) => file.endsWith('.svg'))
  assert.deepEqual(
    pictures.map((file) => file.slice(directory.length + 1)),
    ['unknown', 'known', 'purity', 'discovery', 'labels'].map((name) => `budget-curve-${name}.svg`),
  )
  assert.equal(page.match(/<svg/g)?.length, pictures.length)
  assert.doesNotMatch(page, /<script|<link|<img|src=|href=/)
  for (const file of pictures) assertDrawn(readFileSync(file, 'utf8'))
})

test('names may hold anything', () => {
  const directory = folder()
  const records = [
    ...loopSeeds([0.3, 0.4], { protocol: HOSTILE, budget: HOSTILE }),
    ...loopSeeds([0.4, 0.4], { protocol: HOSTILE, budget: HOSTILE, arm: HOSTILE }),
    loopRecord({ protocol: `${HOSTILE}?` }),
  ]
  const files = writeLoopReport(directory, records, {
    title: HOSTILE,
    notes: [HOSTILE],
    protocol: { [HOSTILE]: HOSTILE },
    ours: HOSTILE,
  })
  for (const file of files) assert.match(file.slice(directory.length), /^\/[\w.-]+$/)
  assert.equal(new Set(files).size, files.length)
  for (const name of ['report.html', 'report.md'])
    assert.doesNotMatch(readFileSync(join(directory, name), 'utf8'), /<script/)
  for (const file of files.filter((name) => name.endsWith('.svg'))) assertDrawn(readFileSync(file, 'utf8'))
  const lines = readFileSync(join(directory, 'report.md'), 'utf8').split('\n')
  const row = lines.find((line) => line.startsWith('|') && line.includes('script'))!
  assert.match(row, /^\| .*\\\| .*\|$/)
})

test('one seed is called too few, and drawn without bars', () => {
  const records = [loopRecord(), loopRecord({ arm: 'energy', unknown: 0.9 })]
  const directory = folder()
  writeLoopReport(directory, records, { ours: 'energy' })
  const text = readFileSync(join(directory, 'report.md'), 'utf8')
  assert.match(text, /better at 0, worse at 0, not distinguishable at 0, too few seeds to tell at 1\./)
  const charts = loopCharts(records, 'budget-curve', 'energy')
  assert.match(charts.unknown, /One seed: no spread to show\./)
  assert.doesNotMatch(charts.unknown, /opacity="0\.6"/)
  assert.match(loopCharts(curve, 'budget-curve', 'energy').unknown, /opacity="0\.6"/)
})

test('an arm without the seeds of random is not compared', () => {
  const directory = folder()
  writeLoopReport(directory, [
    ...loopSeeds([0.3, 0.4]),
    loopRecord({ arm: 'energy', seed: 7 }),
    loopRecord({ arm: 'energy', seed: 8 }),
  ])
  const text = readFileSync(join(directory, 'report.md'), 'utf8')
  assert.match(text, /energy has no seed in common with random; nothing can be said\./)
})

test('stages are compared one by one, with references and refused updates told', () => {
  const stage = (number: number) => ({ protocol: 'stages', stage: number, budget: '20%' })
  const records = [1, 2].flatMap((number) => [
    ...loopSeeds([0.3, 0.31, 0.32], stage(number)),
    ...loopSeeds([0.4, 0.415, 0.42], { ...stage(number), arm: 'energy' }),
    ...loopSeeds([0, 0, 0], { ...stage(number), arm: 'no update', queried: 0, labelled: 0 }),
    loopRecord({ ...stage(number), arm: 'fine-tuned', budget: 'everything' }),
  ])
  records.push(loopRecord({ ...stage(1), arm: 'margin', refused: 'known classes fell too far' }))
  const directory = folder()
  const files = writeLoopReport(directory, records, { ours: 'energy' })
  const text = readFileSync(join(directory, 'report.md'), 'utf8')
  assert.match(text, /at 2 stages: better at 2, worse at 0/)
  assert.match(
    text,
    /Stage 2, budget 20%: .* On the open classes of all stages so far: better, \+10\.2 points/,
  )
  assert.match(text, /1 of 21 updates were refused \(margin\)/)
  assert.match(text, /\| Arm \| stage 1 known \/ unknown \| stage 2 known \/ unknown \|/)
  for (const file of files.filter((name) => name.endsWith('.svg'))) assertDrawn(readFileSync(file, 'utf8'))
})

test('a report needs records, random selection beside strategies, and the arm it is about', () => {
  assert.throws(() => writeLoopReport(folder(), []), ConfigError)
  assert.throws(() => writeLoopReport(folder(), [loopRecord({ arm: 'energy' })]), /expected random among/)
  for (const ours of ['random', 'absent'])
    assert.throws(() => writeLoopReport(folder(), curve, { ours }), /expected one of energy/)
})
