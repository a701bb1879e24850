// Killed or stopped at any moment and started again, a run ends with the same bits as one that nobody disturbed.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RunConfig } from '../run-config.ts'
import { runFolder } from './run-folder.ts'
import { temporaryRun, tinyConfig } from './tiny-run.fixture.ts'

// More with KILLS=100 in the environment.
const KILLS = Number(process.env.KILLS ?? 20)

/** A checkpoint after nearly every step, so that most kills fall on or between checkpoints. */
const config = tinyConfig((each) => {
  each.execution.checkpointSeconds = 0.02
})

/** What a run leaves that must not depend on its course. */
function outcome(folder: string): Record<string, string> {
  const { metrics, model, split } = runFolder(folder)
  const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')
  return {
    plain: hash(model('stage1')),
    oltr: hash(model('stage2')),
    split: hash(split),
    metrics: readFileSync(metrics, 'utf8'),
  }
}

interface Child {
  readonly process: ChildProcess
  /** Resolves with the first step, or with the end where that comes first. */
  readonly working: Promise<void>
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>
}

function startRun(folder: string, of: RunConfig = config): Child {
  const script = fileURLToPath(new URL('train.fixture.ts', import.meta.url))
  const child = spawn(process.execPath, [script, folder, JSON.stringify(of)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8')
  const working = new Promise<void>((resolve) => {
    child.stderr.on('data', (text: string) => {
      errors += text
      if (errors.includes('"event":"progress"')) resolve()
    })
    child.on('close', () => resolve())
  })
  const ended = new Promise<Awaited<Child['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, errors }))
  })
  return { process: child, working, ended }
}

let undisturbed: Record<string, string>
/** Milliseconds from the first step to the end. */
let duration: number

before(async () => {
  using run = temporaryRun()
  const child = startRun(run.path)
  await child.working
  const begun = performance.now()
  const { code, errors } = await child.ended
  assert.equal(code, 0, errors)
  duration = performance.now() - begun
  undisturbed = outcome(run.path)
})

test('the undisturbed run is complete: a line for each epoch and each validation of both stages', () => {
  const lines = undisturbed.metrics
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ stage, epoch }) => `${stage} ${epoch}`),
    ['stage1 1', 'stage1 1', 'stage1 2', 'stage1 2', 'stage2 1', 'stage2 1', 'stage2 2', 'stage2 2'],
  )
  assert.equal(lines.filter((line) => 'validation_overall' in line).length, 4)
})

test(`killed at ${KILLS} random moments and started again each time, a run ends with the same bits`, async (t) => {
  let seed = 42
  /** 0 to 1, of the generator of Park and Miller: the same moments every time, as shares of the run. */
  const random = (): number => {
    seed = (seed * 48271) % 2147483647
    return seed / 2147483647
  }
  let kills = 0
  let runs = 0
  while (kills < KILLS) {
    using run = temporaryRun()
    for (let done = false; !done; ) {
      const child = startRun(run.path)
      if (kills < KILLS) {
        await child.working
        await setTimeout(random() * duration * 0.6)
        child.process.kill('SIGKILL')
      }
      const { code, signal, errors } = await child.ended
      if (signal === 'SIGKILL') kills++
      else assert.equal(code, 0, errors)
      done = code === 0
    }
    runs++
    assert.deepEqual(outcome(run.path), undisturbed)
    const { checkpoints } = runFolder(run.path)
    assert.deepEqual(readdirSync(checkpoints), [], 'no remains of killed writers, no checkpoints')
  }
  t.diagnostic(`${kills} kills in ${runs} runs`)
})

for (const [signal, exitCode] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test(`${signal} writes a checkpoint and leaves within 10 s with code ${exitCode}; the run then goes on as if nothing had happened`, async () => {
    using run = temporaryRun()
    // By the clock no checkpoint is due: the one that is found is the signal's.
    const patient = tinyConfig((each) => {
      each.stage1.epochs = 3
      // Rates at which no processor's rounding sends the second stage astray.
      each.stage1.learningRate = { backbone: 0.01, classifier: 0.01 }
      each.stage2.learningRate = { backbone: 0.0005, head: 0.005 }
      each.execution.checkpointSeconds = 3600
    })
    const child = startRun(run.path, patient)
    await child.working
    const sent = performance.now()
    child.process.kill(signal)
    const { code, errors } = await child.ended
    assert.equal(code, exitCode, errors)
    assert.ok(performance.now() - sent < 10_000)
    assert.match(errors, new RegExp(`stopped by ${signal}; the same command continues exactly here`))
    assert.equal(readdirSync(join(run.path, 'checkpoints')).length, 1)
    assert.equal((await startRun(run.path, patient).ended).code, 0)

    using other = temporaryRun()
    assert.equal((await startRun(other.path, patient).ended).code, 0)
    assert.deepEqual(outcome(run.path), outcome(other.path))
  })
}
