import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError, DataError } from '../errors.ts'
import { loopRecord, loopSeeds } from './loop-record.fixture.ts'
import { addLoopResults, type LoopCard, loopMarkdownTable } from './loop-results.ts'

const card: LoopCard = {
  wallSeconds: 12,
  command: 'oltr loop --arms "energy,random"\n--seeds 3',
  commit: 'abc',
  baseModel: 'ff',
  recipe: 'cifar100-open',
  backbone: 'cifar-resnet-32',
  parameters: 470004,
  selection: 'last epoch',
  pool: '100 images of each open class',
  annotator: 'oracle',
  hardware: 'two cores',
}

const file = () => join(mkdtempSync(join(tmpdir(), 'oltr-loop-results-')), 'rows.csv')

test('a row states mean, deviation and count over seeds, the seeds and the card', () => {
  const path = file()
  addLoopResults(path, [...loopSeeds([0.3, 0.4, 0.5]), loopRecord({ arm: 'margin' })], card)
  const [header, ...rest] = readFileSync(path, 'utf8').split('\n')
  assert.match(
    header,
    /^protocol,arm,budget,stage,unknown_mean,unknown_sd,unknown_n,unknown_cumulative_mean,/,
  )
  assert.match(
    header,
    /,labelled_n,gain_per_100_mean,gain_per_100_sd,gain_per_100_n,seeds,command,commit,baseModel,/,
  )
  const rows = rest.join('\n')
  assert.match(rows, /^budget-curve,random,10%,1,40\.00,10\.00,3,/)
  assert.match(
    rows,
    /,100\.00,0\.00,3,40\.00,10\.00,3,0 1 2,"oltr loop --arms ""energy,random""\n--seeds 3",/,
  )
  assert.match(rows, /\nbudget-curve,margin,10%,1,40\.00,-,1,/)
  assert.match(rows, /,oracle,two cores,12\n$/)
})

test('the same command again replaces its rows, another one adds its own', () => {
  const path = file()
  addLoopResults(path, [loopRecord(), loopRecord({ arm: 'energy' })], card)
  addLoopResults(path, [loopRecord({ arm: 'energy', unknown: 0.9 })], { ...card, commit: 'def' })
  addLoopResults(path, [loopRecord({ arm: 'energy' })], { ...card, command: 'another' })
  const found = [...readFileSync(path, 'utf8').matchAll(/^budget-curve,(\w+),10%,1,([\d.]+),/gm)]
  assert.deepEqual(
    found.map(([, arm, unknown]) => [arm, unknown]),
    [
      ['random', '40.00'],
      ['energy', '90.00'],
      ['energy', '40.00'],
    ],
  )
})

test('a file with other columns is refused, not overwritten', () => {
  const path = file()
  writeFileSync(path, 'a,b\n1,2\n')
  assert.throws(() => addLoopResults(path, [loopRecord()], card), DataError)
  assert.equal(readFileSync(path, 'utf8'), 'a,b\n1,2\n')
})

test('the table of a budget curve has arms down and budgets across, in their order', () => {
  const records = [
    ...loopSeeds([0.5, 0.6], { budget: '30%' }),
    ...loopSeeds([0.3, 0.4]),
    loopRecord({ arm: 'a|b', unknown: 0.25 }),
    loopRecord({ arm: 'fine-tuned', budget: 'everything', unknown: 0.8 }),
  ]
  assert.deepEqual(loopMarkdownTable(records, 'budget-curve').split('\n'), [
    '| Arm | 10% | 30% | everything |',
    '| --- | ---: | ---: | ---: |',
    '| random | 35.0 ± 7.1 | 55.0 ± 7.1 | - |',
    '| a\\|b | 25.0 | - | - |',
    '| fine-tuned | - | - | 80.0 |',
  ])
})

test('the table of stages has the known and the open classes of each', () => {
  const records = [1, 2].flatMap((stage) => loopSeeds([0.3, 0.4], { protocol: 'stages', stage }))
  assert.deepEqual(loopMarkdownTable(records, 'stages').split('\n'), [
    '| Arm | stage 1 known / unknown | stage 2 known / unknown |',
    '| --- | ---: | ---: |',
    '| random | 60.0 ± 0.0 / 35.0 ± 7.1 | 60.0 ± 0.0 / 35.0 ± 7.1 |',
  ])
  assert.throws(() => loopMarkdownTable(records, 'budget-curve'), ConfigError)
})
