// What one operator call costs on the way from TypeScript through the bridge and the dispatcher and back: the smallest
// addition there is, with the new tensor's registration in its scope and its release at the end.

import { call, ops, scope, type Tensor } from '@oltr/torch'
import { type Benchmark, type Line, type Options, type Quantity, quantity, seconds } from './benchmark.ts'

/** Short enough to fit between two interruptions by other programs. */
const CALLS = 200
const LIMIT = 3

function microseconds(one: () => Tensor, { quick }: Options): Quantity {
  const block = (): number =>
    (seconds(() =>
      scope(() => {
        for (let i = 0; i < CALLS; i++) one()
      }),
    ) /
      CALLS) *
    1e6
  const [warmUp, blocks] = quick ? [5, 20] : [200, 1000]
  for (let i = 0; i < warmUp; i++) block()
  return quantity(Array.from({ length: blocks }, block), 'µs')
}

async function run(options: Options): Promise<Line[]> {
  using x = ops.ones([1])
  using y = ops.ones([1])
  const ways: [string, () => Tensor][] = [
    ['one operator call, `x.add(y)`', () => x.add(y)],
    ["one operator call, `call('aten::add.Tensor', [x, y])`", () => call('aten::add.Tensor', [x, y])],
  ]
  return ways.map(([what, one]) => {
    const ours = microseconds(one, options)
    return {
      what,
      ours,
      peer: null,
      ratio: null,
      target: `at most ${LIMIT} µs, median`,
      met: ours.value <= LIMIT,
      remark: `tensors of one element; the addition itself and the release are included`,
    }
  })
}

export const operatorCall: Benchmark = { name: 'operator-call', run }
