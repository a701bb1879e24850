import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgetSize, loopCharts } from './loop-charts.ts'
import { loopRecord, loopSeeds } from './loop-record.fixture.ts'

const strategies = ['random', 'energy', 'energy-clusters', 'entropy', 'margin', 'max-softmax', 'k-center']
const curve = [
  ...strategies.flatMap((arm, i) =>
    ['10%', '20%'].flatMap((budget) => loopSeeds([0.3, 0.33, 0.36 + i / 100], { arm, budget })),
  ),
  loopRecord({ arm: 'fine-tuned', budget: 'everything', unknown: 0.7 }),
]

/** The line of a name in the legend: its colour, width and dash. */
function penIn(svg: string, name: string): string {
  return new RegExp(`<title>${name}</title><path d="[^"]*" ([^/]*)/>`).exec(svg)![1]
}

test('random is grey and dashed, ours is thick, and no two arms look alike', () => {
  const { unknown } = loopCharts(curve, 'budget-curve', 'energy')
  assert.equal(penIn(unknown, 'random'), 'stroke="#767676" stroke-width="2.5" stroke-dasharray="6 4"')
  assert.match(penIn(unknown, 'energy'), /stroke-width="3"/)
  assert.equal(new Set(strategies.map((arm) => penIn(unknown, arm))).size, strategies.length)
  const many = Array.from({ length: 15 }, (_, i) => `arm ${i}`)
  const crowded = loopCharts(
    ['random', ...many].map((arm) => loopRecord({ arm })),
    'budget-curve',
  )
  assert.equal(new Set(many.map((arm) => penIn(crowded.unknown, arm))).size, many.length)
})

test('a line with fewer seeds than the others says so, and references have no measured points', () => {
  const { unknown } = loopCharts(curve, 'budget-curve', 'energy')
  assert.match(unknown, /Means over 3 seeds, bars: ± 1 standard deviation/)
  assert.match(unknown, /<title>fine-tuned \(1 seed\)<\/title>/)
  assert.equal(unknown.match(/<circle/g)?.length, 2 * strategies.length)
})

test('the known classes are shown beside what they had before the loop', () => {
  assert.match(loopCharts(curve, 'budget-curve').known, /<title>before the loop<\/title>/)
  const stages = [1, 2].flatMap((stage) => [
    ...loopSeeds([0.3, 0.4], { protocol: 'stages', stage }),
    ...loopSeeds([0, 0], { protocol: 'stages', stage, arm: 'no update', labelled: 0, queried: 0 }),
  ])
  const charts = loopCharts(stages, 'stages')
  assert.match(charts.known, /<title>no update<\/title>/)
  assert.doesNotMatch(charts.known, /before the loop/)
  // It knows none of the open classes: a line at 0 would only squeeze the others.
  assert.doesNotMatch(charts.unknown, /no update/)
  assert.match(charts.unknown, /after stage 1.*\n*.*after stage 2/)
})

test('budgets are shares or images, and shares beside images are drawn as images', () => {
  assert.deepEqual([budgetSize('10%'), budgetSize('200'), budgetSize('everything')], [10, 200, Number.NaN])
  const mixed = ['10%', '200'].map((budget) => loopRecord({ budget }))
  const { unknown } = loopCharts(mixed, 'budget-curve') // pools of 1000 images
  assert.match(unknown, />100<\/text>/)
  assert.match(unknown, />200<\/text>/)
  assert.match(unknown, /budget, images/)
})
