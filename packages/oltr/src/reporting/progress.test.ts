import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { brief, createProgress, duration, type ProgressOptions } from './progress.ts'

/** A progress whose clock is set by hand and whose output is kept. */
function watched(options: Partial<ProgressOptions> & { isTTY?: boolean; columns?: number } = {}) {
  let text = ''
  const stream = new Writable({
    write(chunk, _, callback) {
      text += chunk
      callback()
    },
  })
  Object.assign(stream, { isTTY: options.isTTY ?? false, columns: options.columns })
  const clock = { ms: 0 }
  const progress = createProgress({
    label: 'train',
    total: 1000,
    unit: 'images',
    now: () => clock.ms,
    env: {},
    ...options,
    stream,
  })
  return { progress, clock, text: () => text }
}

test('a terminal shows one line with bar, percentage, rate, time left and the loss', () => {
  const { progress, clock, text } = watched({ isTTY: true, columns: 120 })
  clock.ms = 2000
  progress.update(250, { loss: 1.23456, stage: 'plain' })
  assert.ok(!text().includes('\n'))
  const plain = text().replaceAll('\u001b[36m', '').replaceAll('\u001b[39m', '')
  assert.equal(
    plain,
    '\rtrain █████░░░░░░░░░░░░░░░  25%  250/1000 images  125 images/s  6s left  loss 1.23  stage plain',
  )
  progress.done('saved')
  assert.match(text(), /in 2s.*saved.*\n$/)
})

test('a shorter line wipes out the longer one before it', () => {
  const { progress, clock, text } = watched({ isTTY: true, columns: 120, env: { NO_COLOR: '1' } })
  clock.ms = 1000
  progress.update(10, { note: 'a long remark' })
  clock.ms = 2000
  progress.update(20, {})
  const [, first, second] = text().split('\r')
  assert.equal(second.length, first.length)
})

test('the line never fills the terminal, which would wrap it', () => {
  const { progress, clock, text } = watched({ isTTY: true, columns: 40, env: { NO_COLOR: '1' } })
  clock.ms = 1000
  progress.update(10, { note: 'x'.repeat(100) })
  assert.equal(text().length, 1 + 39)
})

test('NO_COLOR leaves out the colour, and a dumb terminal gets plain lines', () => {
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const { progress, clock, text } = watched({ isTTY: true, env })
    clock.ms = 1000
    progress.update(10)
    assert.ok(!text().includes('\u001b'))
    assert.equal(text().endsWith('\n'), 'TERM' in env)
  }
})

test('a log gets a plain line every five seconds and one at the end', () => {
  const { progress, clock, text } = watched()
  for (clock.ms = 0; clock.ms <= 10_000; clock.ms += 10) progress.update(clock.ms / 20)
  progress.done()
  const lines = text().trimEnd().split('\n')
  assert.equal(lines.length, 4)
  assert.equal(lines[1], 'train  25%  250/1000 images  50 images/s  15s left')
  assert.equal(lines[3], 'train  50%  500/1000 images  50 images/s  in 10s')
})

test('with json each line is an object a program can read', () => {
  const { progress, clock, text } = watched({ json: true, isTTY: true })
  clock.ms = 4000
  progress.update(400, { loss: 0.5 })
  progress.done('finished')
  const [state, end] = text()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(state, {
    event: 'progress',
    label: 'train',
    done: 400,
    total: 1000,
    unit: 'images',
    perSecond: 100,
    secondsLeft: 6,
    seconds: 4,
    loss: 0.5,
  })
  assert.deepEqual([end.event, end.message], ['done', 'finished'])
})

test('without a total, or before the first second, nothing is made up', () => {
  const { progress, clock, text } = watched({ total: 0 })
  progress.update(0)
  clock.ms = 6000
  progress.update(12)
  progress.done()
  progress.update(13)
  assert.deepEqual(text().trimEnd().split('\n'), [
    'train  0 images',
    'train  12 images  2 images/s',
    'train  12 images  2 images/s  in 6s',
  ])
})

test('the rate follows the last seconds, not the whole run', () => {
  const { progress, clock, text } = watched({ json: true, total: 1e9 })
  for (; clock.ms <= 100_000; clock.ms += 1000) progress.update(clock.ms)
  const before = 100_000
  for (; clock.ms <= 130_000; clock.ms += 1000) progress.update(before + (clock.ms - before) / 10)
  const last = JSON.parse(text().trimEnd().split('\n').at(-1)!)
  assert.ok(Math.abs(last.perSecond - 100) < 5, String(last.perSecond))
})

test('numbers and times are written as a person reads them', () => {
  assert.deepEqual([1234.5, 12.345, 0.0012345, 0, 1.5e9, 2e-7, Number.NaN].map(brief), [
    '1235',
    '12.3',
    '0.00123',
    '0',
    '1.50e+9',
    '2.00e-7',
    'NaN',
  ])
  assert.deepEqual([0.2, 59.6, 65, 3725].map(duration), ['0s', '1:00', '1:05', '1:02:05'])
})
