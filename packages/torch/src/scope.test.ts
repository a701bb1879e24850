import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { DisposedError, keep, liveBytes, liveTensors, ops, scope, type Tensor, tensor } from './index.ts'
import { native } from './native.ts'

test('a scope frees every tensor made in it, except what it returns', () => {
  const before = liveTensors()
  const result = scope(() => tensor([1, 2]).add(1).mul(2))
  assert.equal(liveTensors(), before + 1)
  assert.deepEqual(result.tolist(), [4, 6])
  result.dispose()
  assert.equal(liveTensors(), before)
})

test('tensors escape inside arrays, maps, sets and plain objects, however deep', () => {
  const before = liveTensors()
  const result = scope(() => {
    tensor([0])
    const twice = tensor([5])
    return {
      list: [tensor([1]), [tensor([2])]],
      map: new Map([['a', { inner: tensor([3]) }]]),
      set: new Set([tensor([4])]),
      twice,
      again: twice,
      number: 7,
      nothing: null,
    }
  })
  assert.equal(liveTensors(), before + 5)
  assert.deepEqual(result.map.get('a')!.inner.tolist(), [3])
  assert.deepEqual([...result.set][0]!.tolist(), [4])
  for (const one of [result.list[0], (result.list[1] as Tensor[])[0], ...result.set, result.twice]) {
    ;(one as Tensor).dispose()
  }
  result.map.get('a')!.inner.dispose()
  assert.equal(liveTensors(), before)
})

test('a result that contains itself is looked through once', () => {
  const result = scope(() => {
    const cycle: { self?: unknown; tensor: Tensor } = { tensor: tensor([1]) }
    cycle.self = cycle
    return cycle
  })
  assert.equal(result.tensor.item(), 1)
  result.tensor.dispose()
})

test('what escapes an inner scope belongs to the outer one', () => {
  const before = liveTensors()
  scope(() => {
    const outer = tensor([1])
    const inner = scope(() => {
      const made = outer.add(1)
      made.mul(3)
      return made
    })
    assert.equal(liveTensors(), before + 2)
    assert.equal(inner.item(), 2)
    // Returning a tensor of the outer scope changes nothing for it.
    assert.equal(
      scope(() => outer),
      outer,
    )
    assert.equal(outer.disposed, false)
  })
  assert.equal(liveTensors(), before)
})

test('tensors from outside survive the scopes they pass through', () => {
  using outside = tensor([1])
  scope(() => outside)
  scope(() => [outside, tensor([2])])
    .at(1)!
    .dispose()
  assert.equal(outside.item(), 1)
})

test('keep() takes a tensor out of every scope', () => {
  const before = liveTensors()
  const kept = scope(() => {
    const held: Tensor[] = []
    scope(() => {
      held.push(keep(tensor([1])))
      tensor([2])
    })
    return { number: held[0]!.item(), hold: () => held[0]! }
  })
  assert.equal(liveTensors(), before + 1)
  kept.hold().dispose()
  const gone = tensor([1])
  gone.dispose()
  assert.throws(() => keep(gone), DisposedError)
})

test('moveTo() hands a tensor to the scope of another', () => {
  const before = liveTensors()
  scope(() => {
    const outer = tensor([1])
    const moved: Tensor[] = []
    scope(() => {
      const made = tensor([2])
      made.moveTo(outer.owner)
      made.moveTo(made.owner)
      moved.push(made)
      const backAndForth = tensor([3])
      backAndForth.moveTo(null)
      backAndForth.moveTo(outer.owner)
      moved.push(backAndForth)
    })
    assert.deepEqual(
      moved.map((one) => one.item()),
      [2, 3],
    )
  })
  assert.equal(liveTensors(), before)
})

test('an exception frees everything and closes the scope', () => {
  const before = liveTensors()
  assert.throws(
    () =>
      scope(() => {
        tensor([1])
        scope(() => {
          tensor([2])
          throw new RangeError('mine')
        })
      }),
    { name: 'RangeError', message: 'mine' },
  )
  assert.equal(liveTensors(), before)
  const outside = tensor([1])
  assert.equal(outside.owner, null)
  outside.dispose()
})

test('what was disposed inside, or returned after being disposed, harms nothing', () => {
  const before = liveTensors()
  const result = scope(() => {
    const one = tensor([1])
    one.dispose()
    return one
  })
  assert.equal(result.disposed, true)
  assert.equal(result.owner, null)
  assert.equal(liveTensors(), before)
})

test('an asynchronous function is refused, and its own failure does not end the process', async () => {
  const before = liveTensors()
  const body = async () => {
    const x = tensor([1])
    await delay(1)
    return x.item()
  }
  assert.throws(() => scope(body), { name: 'TypeError', message: /scope\(\) needs a synchronous function/ })
  assert.equal(liveTensors(), before)
  // biome-ignore lint/suspicious/noThenProperty: an object that only looks like a promise
  assert.throws(() => scope(() => ({ then: () => {} })), TypeError)
  await delay(20)
})

test('live bytes count storage once, for as long as a view of it lives', () => {
  const before = liveBytes()
  const x = ops.zeros([1000], { dtype: 'float64' })
  assert.equal(liveBytes(), before + 8000)
  const view = x.view([10, 100])
  const slice = x.narrow(0, 0, 10)
  assert.equal(liveBytes(), before + 8000)
  x.dispose()
  assert.equal(liveBytes(), before + 8000)
  view.dispose()
  assert.equal(liveBytes(), before + 8000)
  slice.dispose()
  assert.equal(liveBytes(), before)
})

test('the collector hears of the memory of tensors that are left to it, not of what a scope will free', () => {
  const bytes = 64 << 20
  const before = native.reportedBytes()
  const heard = (expected: number): void => {
    assert.ok(Math.abs(native.reportedBytes() - before - expected) <= 4 << 20, `${native.reportedBytes()}`)
  }
  scope(() => {
    ops.zeros([bytes], { dtype: 'uint8' })
    heard(0)
  })
  heard(0)
  const kept = scope(() => keep(ops.zeros([bytes], { dtype: 'uint8' })))
  heard(bytes)
  const alone = ops.zeros([bytes], { dtype: 'uint8' })
  heard(2 * bytes)
  kept.dispose()
  heard(bytes)
  alone.dispose()
  heard(0)
})

test('live bytes count what the tape holds, too, as long as JavaScript has it', () => {
  const before = liveBytes()
  scope(() => {
    const x = ops.ones([100], { dtype: 'float32' }).requiresGrad_()
    assert.equal(liveBytes(), before + 400)
    // The tape keeps the result of exp() for its derivative.
    const y = x.exp()
    assert.equal(liveBytes(), before + 800)
    y.sum().backward()
    assert.equal(liveBytes(), before + 804)
  })
  assert.equal(liveBytes(), before)
})

test('whatever is computed in nested scopes, just what is returned stays', () => {
  type Plan = { make: number; returned: number; inner: Plan[] }
  const upToFour = fc.integer({ min: 0, max: 4 })
  const plan: (depth?: number) => fc.Arbitrary<Plan> = fc.memo<Plan>((depth) =>
    fc.record({
      make: upToFour,
      returned: upToFour,
      inner: depth > 1 ? fc.array(plan(depth - 1), { maxLength: 2 }) : fc.constant([]),
    }),
  )
  const run = ({ make, returned, inner }: Plan): Tensor[] =>
    scope(() => {
      const made = Array.from({ length: make }, (_, i) => tensor([i]))
      const all = [...made, ...inner.flatMap(run)]
      return all.slice(0, returned)
    })
  fc.assert(
    fc.property(plan(4), (one) => {
      const before = liveTensors()
      const escaped = run(one)
      assert.equal(liveTensors(), before + escaped.length)
      for (const each of escaped) {
        assert.ok(!each.disposed && each.owner === null)
        each.dispose()
      }
      assert.equal(liveTensors(), before)
    }),
    { numRuns: 50 },
  )
})

/** Runs a program in a process whose collector can be called. */
function withCollector(program: string): void {
  const source = `import { liveTensors, scope, tensor } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}\n${program}`
  const args = ['--expose-gc', '--input-type=module', '--eval', source]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
}

test('a tensor that nobody holds is freed by the collector, a held one is not', () => {
  withCollector(`
    const held = tensor([7])
    for (let i = 0; i < 500; i++) tensor([i])
    scope(() => tensor([1]))
    for (let i = 0; i < 100 && liveTensors() > 1; i++) {
      gc()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    if (liveTensors() !== 1 || held.item() !== 7) throw new Error(liveTensors() + ' tensors are alive')
  `)
})

test('a scope that stays open forgets the tensors that left it', () => {
  withCollector(`
    scope(() => {
      const one = tensor([1])
      const round = () => { for (let i = 0; i < 50000; i++) one.detach().dispose() }
      round()
      gc()
      const before = process.memoryUsage().heapUsed
      round()
      gc()
      const grown = process.memoryUsage().heapUsed - before
      if (grown > 1e6) throw new Error('the heap grew by ' + grown + ' bytes')
    })
  `)
})
