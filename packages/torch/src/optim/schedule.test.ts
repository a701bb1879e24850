import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applySchedule, type ScheduleConfig, scheduleOf } from '@oltr/torch/optim'
import fc from 'fast-check'
import { assertCloseNumbers } from '../../../../parity/compare.ts'
import { readGolden } from '../../../../parity/read-golden.ts'

const PYTORCH: Record<string, ScheduleConfig> = {
  step: { kind: 'step', stepSize: 7, gamma: 0.3 },
  'multi-step': { kind: 'multi-step', milestones: [5, 11, 11, 20], gamma: 0.1 },
  cosine: { kind: 'cosine', epochs: 23 },
  'cosine-minimum': { kind: 'cosine', epochs: 23, minimum: 0.1 },
  'warm-up': { kind: 'linear-warm-up', epochs: 6, from: 0.2, after: { kind: 'constant' } },
  'warm-up-multi-step': {
    kind: 'linear-warm-up',
    epochs: 4,
    from: 0.2,
    after: { kind: 'multi-step', milestones: [10, 18], gamma: 0.01 },
  },
}

const golden = readGolden('nn.safetensors')

for (const [name, config] of Object.entries(PYTORCH)) {
  test(`${name} gives PyTorch's rate in every epoch`, () => {
    const schedule = scheduleOf(config)
    const expected = golden.get(`schedule/${name}`)!.data
    const rates = expected.map((_, epoch) => 0.3 * schedule(epoch))
    assertCloseNumbers(rates, expected, 'rate', 1e-9)
  })
}

test('pieces by hand say the same as warm-up and milestones', () => {
  const byHand = scheduleOf({
    kind: 'piecewise',
    pieces: [
      [0, 0.2],
      [1, 0.4],
      [2, 0.6],
      [3, 0.8],
      [4, 1],
      [160, 0.01],
      [180, 0.0001],
    ],
  })
  const after: ScheduleConfig = { kind: 'multi-step', milestones: [160, 180], gamma: 0.01 }
  const byRule = scheduleOf({ kind: 'linear-warm-up', epochs: 4, from: 0.2, after })
  for (let epoch = 0; epoch < 200; epoch++)
    assert.ok(Math.abs(byHand(epoch) - byRule(epoch)) < 1e-12, `epoch ${epoch}`)
})

test('a schedule survives JSON and its factor stays between 0 and 1', () => {
  const epoch = fc.integer({ min: 1, max: 300 })
  const unit = fc.double({ min: 0, max: 1, noNaN: true })
  const plain = fc.oneof(
    fc.record({ kind: fc.constant('step' as const), stepSize: epoch, gamma: unit }),
    fc.record({ kind: fc.constant('multi-step' as const), milestones: fc.array(epoch), gamma: unit }),
    fc.record({ kind: fc.constant('cosine' as const), epochs: epoch, minimum: unit }),
  )
  const warm = fc.record({
    kind: fc.constant('linear-warm-up' as const),
    epochs: epoch,
    from: unit,
    after: plain,
  })
  fc.assert(
    fc.property(fc.oneof(plain, warm), fc.double({ min: 0, max: 400, noNaN: true }), (config, at) => {
      const factor = scheduleOf(config)(at)
      assert.equal(scheduleOf(JSON.parse(JSON.stringify(config)))(at), factor)
      assert.ok(factor >= 0 && factor <= 1 + 1e-12, `factor ${factor}`)
    }),
  )
})

test('each group follows the schedule from its own base rate, and never drifts', () => {
  const groups = [
    { lr: 0.1, baseLr: 0.1 },
    { lr: 0.01, baseLr: 0.01 },
  ]
  const schedule = scheduleOf({ kind: 'step', stepSize: 1, gamma: 0.5 })
  for (const epoch of [0, 1, 2, 2]) applySchedule({ groups }, schedule, epoch)
  assert.deepEqual(
    groups.map((group) => group.lr),
    [0.025, 0.0025],
  )
})

test('values out of range are refused', () => {
  const bad: ScheduleConfig[] = [
    { kind: 'step', stepSize: 0, gamma: 0.1 },
    { kind: 'cosine', epochs: 0 },
    { kind: 'linear-warm-up', epochs: -1, from: 0.1, after: { kind: 'constant' } },
    { kind: 'linear-warm-up', epochs: 5, from: 2, after: { kind: 'constant' } },
    { kind: 'piecewise', pieces: [] },
    { kind: 'piecewise', pieces: [[1, 1]] },
    {
      kind: 'piecewise',
      pieces: [
        [0, 1],
        [0, 2],
      ],
    },
  ]
  for (const config of bad) assert.throws(() => scheduleOf(config), RangeError, JSON.stringify(config))
})
