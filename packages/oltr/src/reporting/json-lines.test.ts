import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { DataError } from '../errors.ts'
import { MetricsLog, readMetrics } from './json-lines.ts'

function temporaryFile(t: { after(fn: () => void): void }): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'json-lines-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  return path.join(folder, 'run', 'metrics.jsonl')
}

test('lines are in the file as soon as they are appended, and NaN survives as a word', (t) => {
  const file = temporaryFile(t)
  const log = MetricsLog.open(file)
  log.append({ step: 1, loss: 0.5, phase: 'train' })
  log.append({ step: 2, loss: Number.NaN, rate: Number.POSITIVE_INFINITY })
  log.flush()
  assert.equal(
    fs.readFileSync(file, 'utf8'),
    '{"step":1,"loss":0.5,"phase":"train"}\n{"step":2,"loss":"NaN","rate":"Infinity"}\n',
  )
  log.close()
  log.close()
})

test('killed anywhere, resumed from a checkpoint and run on, the file is that of the undisturbed run', (t) => {
  const file = temporaryFile(t)
  const run = (from: number, to: number, log: MetricsLog) => {
    for (let step = from; step <= to; step++) log.append({ step, loss: 1 / step })
    log.close()
  }
  run(1, 20, MetricsLog.open(file))
  const whole = fs.readFileSync(file)
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(20), (cut, checkpoint) => {
      fs.writeFileSync(file, whole.subarray(0, cut))
      const written = readMetrics(file).at(-1)?.step ?? 0
      const resumeAfter = Math.min(checkpoint, written)
      run(resumeAfter + 1, 20, MetricsLog.open(file, { resumeAfter }))
      assert.deepEqual(fs.readFileSync(file), whole)
    }),
    { numRuns: 25 },
  )
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['metrics.jsonl'])
})

test('a new run does not write into the metrics of an old one', (t) => {
  const file = temporaryFile(t)
  const log = MetricsLog.open(file)
  log.append({ step: 1 })
  log.close()
  assert.throws(() => MetricsLog.open(file), DataError)
  assert.deepEqual(readMetrics(file), [{ step: 1 }])
})

test('a broken line that is not the last is an error with its number, and the file stays as it is', (t) => {
  const file = temporaryFile(t)
  fs.mkdirSync(path.dirname(file))
  for (const bad of ['{"step": 2, "lo', '[]', 'null', '{"loss":1}', '']) {
    const text = `{"step":1}\n${bad}\n{"step":3}\n`
    fs.writeFileSync(file, text)
    assert.throws(() => MetricsLog.open(file, { resumeAfter: 1 }), /metrics\.jsonl:2: expected/)
    assert.equal(fs.readFileSync(file, 'utf8'), text)
  }
})
