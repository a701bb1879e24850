import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../errors.ts'
import { loopRecord, loopSeeds } from './loop-record.fixture.ts'
import { differencesFromRandom, loopCells, spreadOver, studentT975, verdict } from './loop-statistics.ts'

function near(actual: number | null | undefined, expected: number, within = 1e-9): void {
  assert.ok(actual != null && Math.abs(actual - expected) < within, `${actual} is not ${expected}`)
}

test("the quantiles of Student's t are those of the tables", () => {
  const known = {
    1: 12.7062,
    2: 4.3027,
    3: 3.1824,
    4: 2.7764,
    9: 2.2622,
    10: 2.2281,
    30: 2.0423,
    60: 2.0003,
    120: 1.9799,
  }
  for (const [degrees, quantile] of Object.entries(known)) near(studentT975(Number(degrees)), quantile, 6e-5)
  near(studentT975(100_000), 1.95999, 1e-4)
})

test('mean, deviation of the sample and interval are those computed by hand', () => {
  const spread = spreadOver([0.1, 0.2, 0.3, null])!
  near(spread.mean, 0.2)
  near(spread.sd, 0.1)
  assert.equal(spread.n, 3)
  // 4.302653 · 0.1 / √3
  near(spread.interval![0], 0.2 - 0.2484138, 1e-6)
  near(spread.interval![1], 0.2 + 0.2484138, 1e-6)
})

test('one seed has a mean, but neither a deviation nor an interval nor a verdict', () => {
  assert.deepEqual(spreadOver([0.3]), { mean: 0.3, sd: null, n: 1, interval: null })
  assert.equal(spreadOver([null]), null)
  const records = [loopRecord(), loopRecord({ arm: 'energy', unknown: 0.5 })]
  const [difference] = differencesFromRandom(records)
  near(difference.metrics.unknown!.mean, 0.1)
  assert.equal(verdict(difference.metrics.unknown), 'too few seeds')
})

test('every number follows from the counts and accuracies of a record', () => {
  const [{ metrics }] = loopCells([loopRecord({ queried: 80, queriedOpen: 20, labelled: 70 })])
  near(metrics.forgetting!.mean, 0.05)
  near(metrics.purity!.mean, 0.25)
  near(metrics.discovery!.mean, 0.5)
  assert.equal(metrics.labelled!.mean, 70)
  near(metrics.gainPer100!.mean, 0.5)
})

test('where nothing was asked there is no purity, not a zero', () => {
  const [cell] = loopCells([
    loopRecord({ queried: 0, queriedOpen: 0 }),
    loopRecord({ seed: 1, queried: 10, queriedOpen: 4 }),
  ])
  assert.deepEqual(cell.seeds, [0, 1])
  assert.deepEqual(cell.metrics.purity, { mean: 0.4, sd: null, n: 1, interval: null })
  const [none] = loopCells([loopRecord({ queried: 0, queriedOpen: 0 })])
  assert.equal(none.metrics.purity, null)
  assert.equal(none.metrics.gainPer100, null)
})

test('forgetting counts from before the first stage, of the same seed and budget', () => {
  const stages = [
    loopRecord({ protocol: 'stages', known: 0.6, knownBefore: 0.65 }),
    loopRecord({ protocol: 'stages', stage: 2, known: 0.5, knownBefore: 0.6 }),
  ]
  near(loopCells(stages)[1].metrics.forgetting!.mean, 0.15)
  assert.equal(loopCells(stages.slice(1))[0].metrics.forgetting, null)
  // A reference that came by no update has no "before" of its own.
  const tuned = loopRecord({ arm: 'fine-tuned', budget: 'everything', known: 0.7, knownBefore: 0.7 })
  near(loopCells([loopRecord(), tuned]).at(-1)!.metrics.forgetting!.mean, -0.05)
})

test('differences pair the seeds that both arms have, and no others', () => {
  const records = [
    ...loopSeeds([0.1, 0.3, 0.5, 0.9]),
    ...loopSeeds([0.15, 0.37, 0.56], { arm: 'energy' }),
    ...loopSeeds([0.9], { arm: 'margin', budget: '20%' }),
  ]
  const differences = differencesFromRandom(records)
  assert.deepEqual(
    differences.map(({ arm, seeds }) => [arm, seeds]),
    [['energy', [0, 1, 2]]],
  )
  // Differences 0.05, 0.07, 0.06: mean 0.06, deviation 0.01, although both arms spread far more.
  const { mean, sd, interval } = differences[0].metrics.unknown!
  near(mean, 0.06)
  near(sd, 0.01)
  near(interval![0], 0.06 - 0.02484138, 1e-6)
  assert.equal(verdict(differences[0].metrics.unknown), 'better')
})

test('a verdict needs an interval that leaves out 0', () => {
  assert.equal(verdict(spreadOver([-0.05, -0.07, -0.06])), 'worse')
  assert.equal(verdict(spreadOver([-0.05, 0.07, 0.06])), 'not distinguishable')
  assert.equal(verdict(spreadOver([0, 0, 0])), 'not distinguishable')
  assert.equal(verdict(null), 'too few seeds')
})

test('a seed that is there twice is refused: it would make intervals look narrower', () => {
  assert.throws(() => loopCells([loopRecord(), loopRecord()]), ConfigError)
})
