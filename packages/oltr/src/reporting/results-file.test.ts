import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { evaluateOpenSet } from '../metrics/evaluation.ts'
import { addResults, type ProtocolCard } from './results-file.ts'

const report = evaluateOpenSet({
  trainingCounts: [200, 50, 5],
  labels: [0, 1, 2, 2, -1],
  logits: [4, 0, 0, 0, 4, 0, 0, 0, 4, 4, 0, 0, 1, 1, 1],
})

const card: ProtocolCard = {
  recipe: 'cifar100-lt',
  command: 'oltr train --set "stage1.schedule.pieces=[[0, 1]]"',
  commit: 'abc',
  seed: 0,
  backbone: 'cifar-resnet-32',
  parameters: 470004,
  trainingSplit: 'ff',
  trainingImages: 255,
  epochs: '130 + 12',
  augmentation: 'cifar',
  selection: 'last epoch',
  precision: 'float32',
  hardware: 'two cores, one "box"',
}

const file = () => join(mkdtempSync(join(tmpdir(), 'oltr-results-')), 'rows.csv')

test('a row states its numbers in percent and its whole protocol', () => {
  const path = file()
  addResults(path, [{ model: 'plain', card, report }])
  const [header, row] = readFileSync(path, 'utf8').split('\n')
  assert.match(header!, /^model,closed_many,closed_medium,closed_few,closed_overall,/)
  assert.match(row!, /^plain,100\.00,100\.00,50\.00,75\.00,/)
  assert.match(row!, /,470004,ff,255,130 \+ 12,cifar,last epoch,float32,"two cores, one ""box"""$/)
})

test('the same run again replaces its rows and leaves the others', () => {
  const path = file()
  addResults(path, [{ model: 'plain', card, report }])
  addResults(path, [{ model: 'plain', card: { ...card, seed: 1 }, report }])
  addResults(path, [
    { model: 'plain', card: { ...card, commit: 'def' }, report },
    { model: 'OLTR++', card, report },
  ])
  const rows = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1)
  assert.equal(rows.length, 3)
  assert.deepEqual(
    rows.map((row) => /abc|def/.exec(row)?.[0]),
    ['abc', 'def', 'abc'],
  )
})

test('a file with other columns is refused, not overwritten', () => {
  const path = file()
  writeFileSync(path, 'a,b\n1,2\n')
  assert.throws(() => addResults(path, [{ model: 'plain', card, report }]), /rows\.csv.*other columns/)
  assert.equal(readFileSync(path, 'utf8'), 'a,b\n1,2\n')
})
