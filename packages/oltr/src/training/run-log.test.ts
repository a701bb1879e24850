import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openRunFolder } from './run-folder.ts'
import { RunLog } from './run-log.ts'
import { temporaryRun } from './tiny-run.fixture.ts'

test('every line is in metrics.jsonl as soon as it is written, with its step first', () => {
  using run = temporaryRun()
  const folder = openRunFolder(run.path)
  const log = new RunLog(folder, 0)
  log.write(6, { stage: 'stage1', epoch: 1, loss: 1.5 })
  log.flush()
  assert.equal(readFileSync(folder.metrics, 'utf8'), '{"step":6,"stage":"stage1","epoch":1,"loss":1.5}\n')
  log.close()
})

test('opened again, it drops what was written after the step it goes on from', () => {
  using run = temporaryRun()
  const folder = openRunFolder(run.path)
  const first = new RunLog(folder, 0)
  for (const epoch of [1, 2, 3]) first.write(6 * epoch, { stage: 'stage1', epoch, loss: epoch })
  first.close()
  const second = new RunLog(folder, 12)
  second.write(18, { stage: 'stage1', epoch: 3, loss: 9 })
  second.close()
  const lines = readFileSync(folder.metrics, 'utf8').trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).loss),
    [1, 2, 9],
  )
  assert.equal(readdirSync(folder.events).length, 2, 'TensorBoard gets a file for each start')
})

test('the event file has the numbers under the name of the stage', () => {
  using run = temporaryRun()
  const folder = openRunFolder(run.path)
  const log = new RunLog(folder, 0)
  log.write(1, { stage: 'stage2', epoch: 1, reachability: 0.5 })
  log.close()
  const [file] = readdirSync(folder.events)
  const text = readFileSync(`${folder.events}/${file}`, 'latin1')
  assert.match(text, /stage2\/reachability/)
  assert.match(text, /stage2\/epoch/)
})
