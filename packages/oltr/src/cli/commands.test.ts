// From training to a decision on one image, by the command, on a run of seconds.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, mock, test } from 'node:test'
import { tensor } from '@oltr/torch'
import { saveTensors } from '@oltr/torch/io'
import { generateDataset } from '../datasets/generated.ts'
import { encodePng } from '../datasets/png-writer.ts'
import { DataError } from '../errors.ts'
import { isKnown } from '../metrics/open-set.ts'
import type { Prediction } from '../predict.ts'
import { loadTrainedModel } from '../trained-model.ts'
import { openRunFolder } from '../training/run-folder.ts'
import { temporaryRun, tinyConfig } from '../training/tiny-run.fixture.ts'
import { createProgram } from './program.ts'

let root: ReturnType<typeof temporaryRun>
let run: string
let images: string

/** Runs the command in this process; what it wrote, and the exit code it asked for. */
async function oltr(...args: string[]): Promise<{ out: string[]; errors: string[]; exitCode: number }> {
  const out: string[] = []
  const errors: string[] = []
  const log = mock.method(console, 'log', (text: string) => void out.push(text))
  const error = mock.method(console, 'error', (text: string) => void errors.push(text))
  const progress = mock.method(process.stderr, 'write', () => true)
  try {
    await createProgram().parseAsync(args, { from: 'user' })
    return { out, errors, exitCode: Number(process.exitCode ?? 0) }
  } finally {
    process.exitCode = 0
    for (const each of [log, error, progress]) each.mock.restore()
  }
}

before(async () => {
  root = temporaryRun()
  run = join(root.path, 'run')
  const config = join(root.path, 'tiny.yaml')
  writeFileSync(config, JSON.stringify(tinyConfig()))
  const { out, errors, exitCode } = await oltr('train', '--config', config, '--run', run)
  assert.equal(exitCode, 0)
  assert.match(errors[0]!, new RegExp(`^run: ${run}`))
  for (const file of ['plain.safetensors', 'oltr.safetensors', 'metrics.jsonl', 'events'])
    assert.match(out.join('\n'), new RegExp(`${run}/${file}`))

  // The first image of each test class, as files, one of them in a folder below.
  images = join(root.path, 'images')
  mkdirSync(join(images, 'below'), { recursive: true })
  const { test: set } = generateDataset(tinyConfig().data.generated!)
  const { data, width, height } = set.images as { data: Uint8Array; width: number; height: number }
  const size = 3 * width * height
  for (const [i, name] of ['a.png', 'b.png', 'below/c.PNG'].entries())
    writeFileSync(
      join(images, name),
      encodePng(data.subarray(3 * i * size, (3 * i + 1) * size), height, width),
    )
  writeFileSync(join(images, 'notes.txt'), 'not an image')
})
after(() => root[Symbol.dispose]())

const parsed = (lines: string[]) => lines.map((line) => JSON.parse(line))

test('evaluate prints the models side by side and writes the report beside the run', async () => {
  const { out, exitCode } = await oltr('evaluate', run)
  assert.equal(exitCode, 0)
  assert.match(out[0]!, /plain/)
  assert.match(out[0]!, /OLTR\+\+/)
  for (const file of ['evaluation.json', 'report.html', 'report.md'])
    assert.ok(existsSync(join(run, 'evaluation', file)), file)
})

test('evaluate --json is one object with a report for every model', async () => {
  const { out } = await oltr('evaluate', run, '--json')
  const [evaluations] = parsed(out)
  const names = evaluations.map(({ name }: { name: string }) => name)
  assert.ok(names.includes('plain') && names.includes('OLTR++'), names)
  for (const { report } of evaluations) {
    assert.ok(report.closed.overall >= 0 && report.closed.overall <= 1)
    assert.ok(report.open.length >= 1)
  }
})

test('evaluate refuses images that are not those of the run', async () => {
  using other = temporaryRun()
  const folder = openRunFolder(other.path)
  for (const name of ['config.json', 'plain.safetensors'])
    writeFileSync(join(other.path, name), readFileSync(join(run, name)))
  const record = JSON.parse(readFileSync(join(run, 'split.json'), 'utf8'))
  record.parts.train.labelsSha256 = '0'.repeat(64)
  writeFileSync(folder.split, JSON.stringify(record))
  await assert.rejects(oltr('evaluate', other.path), /the data changed since this run began/)
})

test('evaluate on a run without a finished model, and on no run, says what to do', async () => {
  using other = temporaryRun()
  await assert.rejects(
    oltr('evaluate', other.path),
    (error) => error instanceof DataError && /is no run folder.*oltr train/.test(error.message),
  )
  writeFileSync(join(other.path, 'config.json'), readFileSync(join(run, 'config.json')))
  await assert.rejects(
    oltr('evaluate', other.path),
    (error) =>
      error instanceof DataError && /no finished model yet; `oltr train` continues/.test(error.message),
  )
})

test('predict decides one file: class, confidence, verdict, score against threshold, distance, nearest', async () => {
  const { out, exitCode } = await oltr('predict', '--model', run, join(images, 'a.png'))
  assert.equal(exitCode, 0)
  assert.equal(out.length, 1)
  assert.match(
    out[0]!,
    /a\.png: .+ \(\d+\.\d% .+\) {2}maxSoftmax [\d.e+-]+ against [\d.e+-]+ {2}distance [\d.e+-]+ {2}nearest: .+%, .+%, .+%$/,
  )
})

test('predict --json: one object an image, folders searched in depth, other files left out', async () => {
  const { out } = await oltr('predict', '--model', run, '--json', '--top', '2', images)
  const predictions = parsed(out) as Prediction[]
  assert.deepEqual(
    predictions.map(({ file }) => file),
    ['a.png', 'b.png', 'below/c.PNG'].map((name) => join(images, name)),
  )
  for (const { nearest, className, confidence, reachability } of predictions) {
    assert.equal(nearest.length, 2)
    assert.deepEqual(nearest[0], { className, confidence })
    assert.ok(nearest[0]!.confidence >= nearest[1]!.confidence)
    assert.ok(reachability! > 0)
  }
})

test('predict --top 0 names no classes and still decides', async () => {
  const { out } = await oltr('predict', '--model', run, '--json', '--top', '0', join(images, 'a.png'))
  const [prediction] = parsed(out) as Prediction[]
  assert.deepEqual(prediction!.nearest, [])
  assert.equal(typeof prediction!.className, 'string')
})

test('the threshold that is stored with the model decides between known and unknown', async () => {
  const file = join(run, 'oltr.safetensors')
  const { card, model } = loadTrainedModel(file)
  model.dispose()
  const { out } = await oltr('predict', '--model', file, '--json', images)
  for (const { known, decision } of parsed(out) as Prediction[]) {
    assert.equal(decision.threshold, card.threshold.value)
    assert.equal(known, isKnown(decision.value, card.threshold))
  }
})

test('a threshold that nothing reaches makes every image unknown, one that all reach none', async () => {
  const { saveTrainedModel } = await import('../trained-model.ts')
  for (const [value, known] of [
    [1.01, false],
    [0, true],
  ] as const) {
    const { card, model } = loadTrainedModel(join(run, 'plain.safetensors'))
    const file = join(root.path, `threshold-${value}.safetensors`)
    saveTrainedModel(file, model, {
      ...card,
      threshold: { ...card.threshold, score: 'maxSoftmax', knownWhen: 'atLeast', value },
    })
    model.dispose()
    const { out } = await oltr('predict', '--model', file, '--json', images)
    assert.ok((parsed(out) as Prediction[]).every((prediction) => prediction.known === known))
  }
})

test('an image that cannot be read is listed, the others are decided, and the exit code is 1', async () => {
  const broken = join(root.path, 'broken')
  mkdirSync(broken)
  const whole = readFileSync(join(images, 'a.png'))
  writeFileSync(join(broken, '1-whole.png'), whole)
  writeFileSync(join(broken, '2-cut.png'), whole.subarray(0, whole.length - 30))
  writeFileSync(join(broken, '3-empty.jpg'), '')
  writeFileSync(join(broken, '4-whole.png'), whole)
  spawnSync('mkfifo', [join(broken, '5-pipe.png')])
  writeFileSync(
    Buffer.concat([Buffer.from(join(broken, '6-')), Buffer.from([0xff]), Buffer.from('.png')]),
    whole,
  )

  const text = await oltr('predict', '--model', run, broken)
  assert.equal(text.exitCode, 1)
  assert.equal(text.out.length, 2)
  assert.equal(text.errors.length, 4)
  for (const name of ['2-cut.png', '3-empty.jpg', '5-pipe.png', '6-\\xff.png: its name is not UTF-8'])
    assert.ok(
      text.errors.some((line) => line.includes(name)),
      name,
    )

  const json = await oltr('predict', '--model', run, '--json', broken)
  assert.equal(json.exitCode, 1)
  assert.deepEqual(
    parsed(json.out).map((each) => 'error' in each),
    [false, true, true, false, true, true],
  )
})

test('a model with a flipped byte is a FormatError, a file of another kind a DataError, each naming the file', async () => {
  const bytes = readFileSync(join(run, 'oltr.safetensors'))
  bytes[bytes.length - 100]! ^= 4
  const flipped = join(root.path, 'flipped.safetensors')
  writeFileSync(flipped, bytes)
  const image = join(images, 'a.png')
  await assert.rejects(oltr('predict', '--model', flipped, image), {
    name: 'FormatError',
    message: /flipped\.safetensors/,
  })
  const weights = join(root.path, 'weights.safetensors')
  saveTensors(weights, new Map([['weight', tensor([1])]]))
  await assert.rejects(oltr('predict', '--model', weights, image), {
    name: 'DataError',
    message: /weights\.safetensors: expected a model written by `oltr train`/,
  })
  await assert.rejects(oltr('predict', '--model', image, image), { name: 'FormatError', message: /a\.png/ })
})

test('a model, a run or an image that is not there is a DataError that names it', async () => {
  const image = join(images, 'a.png')
  for (const [args, message] of [
    [['--model', '/no/model', image], /\/no\/model: does not exist/],
    [['--model', images, image], /holds no finished model/],
    [['--model', run, '/no/image.png'], /\/no\/image\.png: does not exist/],
    [['--model', run, join(run, 'checkpoints')], /holds no \.jpg, \.jpeg or \.png file/],
  ] as const)
    await assert.rejects(oltr('predict', ...args), { name: 'DataError', message })
})

test('the command ends such an error with one sentence and exit code 1', () => {
  const program = join(import.meta.dirname, '../../bin/oltr.js')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, 'predict', '--model', join(root.path, 'weights.safetensors'), join(images, 'a.png')],
    { encoding: 'utf8' },
  )
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /^.*weights\.safetensors: expected a model.*\n$/)
})
