// Signals, in a small process of their own: the parts of a run that do not need a model.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { heed, heeding, Interrupted, listenForStop, NEVER_STOPPED, type StopRequest } from './interruption.ts'

const module = new URL('interruption.ts', import.meta.url).href

/** A process that listens, prints `ready`, and runs `body`. */
function listener(body: string) {
  const source = `
    import { heed, Interrupted, listenForStop } from ${JSON.stringify(module)}
    const stop = listenForStop()
    const alive = setInterval(() => {}, 1000)
    console.log('ready')
    ${body}`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    output += text
  })
  const said = async (text: string): Promise<void> => {
    while (!output.includes(text)) await once(child.stdout, 'data')
  }
  return { child, said, output: () => output, ended: once(child, 'close') }
}

const isSignal = (name: string) => (error: unknown) =>
  error instanceof Interrupted && error.message.includes(`stopped by ${name};`)

test('a signal does not end the process: it is heard between two steps', async () => {
  const { child, said, output, ended } = listener(`
    for (;;) {
      try { await heed(stop) } catch (error) {
        console.log(error.name, error.exitCode)
        process.exit(error.exitCode)
      }
    }`)
  await said('ready')
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [143, null])
  assert.equal(output(), 'ready\nInterrupted 143\n')
})

test('a second signal ends it at once, whatever it is doing', async () => {
  const { child, said, ended } = listener(`
    while (!stop.signal) await new Promise((resolve) => setTimeout(resolve, 1))
    console.log('heard')`)
  await said('ready')
  child.kill('SIGINT')
  await said('heard')
  assert.equal(child.exitCode, null)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [143, null])
})

test('released, the signals belong to Node again', async () => {
  const { child, said, ended } = listener("stop.release(); console.log('released')")
  await said('released')
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [null, 'SIGTERM'])
})

test('after release nobody listens', () => {
  const before = process.listenerCount('SIGTERM')
  const stop = listenForStop()
  assert.equal(process.listenerCount('SIGTERM'), before + 1)
  stop.release()
  assert.equal(process.listenerCount('SIGTERM'), before)
})

test('heed throws what was heard, and nothing where nothing was', async () => {
  await heed(NEVER_STOPPED)
  await assert.rejects(heed({ signal: 'SIGINT', release() {} }), isSignal('SIGINT'))
})

test('heeding gives out every item until a signal, and none after it', async () => {
  async function* numbers() {
    yield* [1, 2, 3]
  }
  const all: number[] = []
  for await (const each of heeding(numbers(), NEVER_STOPPED)) all.push(each)
  assert.deepEqual(all, [1, 2, 3])

  const seen: number[] = []
  const stop: { signal: StopRequest['signal']; release(): void } = { signal: null, release() {} }
  await assert.rejects(async () => {
    for await (const each of heeding(numbers(), stop)) {
      seen.push(each)
      if (each === 2) stop.signal = 'SIGTERM'
    }
  }, isSignal('SIGTERM'))
  assert.deepEqual(seen, [1, 2])
})
