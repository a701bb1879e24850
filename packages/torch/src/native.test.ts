// The addon in several threads of one process, and over many steps.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { gradients, liveTensors, noGrad, ops, scope, tensor } from './index.ts'

const door = JSON.stringify(new URL('./index.ts', import.meta.url).href)

function worker(body: string): Worker {
  const source = `
    const { parentPort } = require('node:worker_threads')
    import(${door}).then(async (torch) => { ${body} })`
  return new Worker(source, { eval: true })
}

test('two worker threads each have their own tensors, count and gradient mode', async () => {
  const outside = [tensor([1]), tensor([2])]
  const before = liveTensors()
  const body = (count: number) => `
    const { liveTensors, ops, scope, tensor } = torch
    const kept = Array.from({ length: ${count} }, (_, i) => tensor([i], { requiresGrad: true }))
    const recorded = scope(() => kept[0].mul(2).requiresGrad)
    let refused = false
    const dead = tensor([1])
    dead.dispose()
    try { dead.item() } catch (error) { refused = error.name === 'DisposedError' }
    const sum = scope(() => ops.stack(kept).sum().item())
    parentPort.postMessage({ live: liveTensors(), recorded, refused, sum })`
  const workers = [worker(body(3)), worker(body(5))]
  // Gradient recording off here is none of the workers' business.
  const messages = await Promise.all(noGrad(() => workers.map((one) => once(one, 'message'))))
  assert.deepEqual(
    messages.map(([message]) => message),
    [
      { live: 3, recorded: true, refused: true, sum: 3 },
      { live: 5, recorded: true, refused: true, sum: 10 },
    ],
  )
  await Promise.all(workers.map((one) => one.terminate()))
  assert.equal(liveTensors(), before)
  assert.deepEqual(
    outside.map((one) => one.item()),
    [1, 2],
  )
  for (const one of outside) one.dispose()
})

test('a worker that is ended in the middle of its work ends alone', async () => {
  const busy = worker(`
    const x = torch.ops.ones([200, 200])
    parentPort.postMessage('started')
    for (;;) torch.scope(() => x.matmul(x))`)
  await once(busy, 'message')
  await busy.terminate()
  using x = ops.ones([2])
  assert.deepEqual(x.tolist(), [1, 1])
})

test('a thousand steps leave the number of tensors and the resident memory where they were', () => {
  const weight = ops.randn([64, 64]).mul_(0.1).requiresGrad_()
  const bias = ops.zeros([64]).requiresGrad_()
  const velocity = ops.zeros([64, 64])
  const input = ops.randn([256, 64])
  const step = () =>
    scope(() => {
      const output = ops.linear(input, weight, { bias }).relu().matmul(weight)
      const loss = output.pow(2).mean()
      loss.backward()
      const [direct] = gradients([weight.mul(weight).sum()], [weight])
      noGrad(() => {
        velocity.mul_(0.9).add_(weight.grad!).add_(direct!, { alpha: 1e-4 })
        weight.sub_(velocity, { alpha: 0.01 })
        weight.grad = null
        bias.grad!.zero_()
      })
      return loss.item()
    })
  for (let i = 0; i < 300; i++) step()
  const tensors = liveTensors()
  const resident = process.memoryUsage().rss
  for (let i = 0; i < 1000; i++) assert.ok(Number.isFinite(step()))
  assert.equal(liveTensors(), tensors)
  const grown = process.memoryUsage().rss / resident
  assert.ok(grown < 1.05, `resident memory grew to ${(100 * grown).toFixed(1)} %`)
  for (const one of [weight, bias, velocity, input]) one.dispose()
})
