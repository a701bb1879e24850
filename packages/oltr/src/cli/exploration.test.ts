// A folder of pictures explored, named by people and taken in, by the commands, on a run of seconds.

import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, mock, test } from 'node:test'
import { sha256FileSync } from '@oltr/torch/files'
import { type Dataset, pixelsOf } from '../datasets/dataset.ts'
import { loadExplorationData } from '../datasets/exploration-data.ts'
import { loadSplits } from '../datasets/load-splits.ts'
import { encodePng } from '../datasets/png-writer.ts'
import { temporaryRun, tinyConfig } from '../training/tiny-run.fixture.ts'
import { train } from '../training/train.ts'
import { createProgram } from './program.ts'

const root = temporaryRun()
const run = join(root.path, 'run')
const pool = join(root.path, 'pool')
/** The true class of each picture. */
const truth = new Map<string, string>()

/** Runs the command in this process; what it wrote, and the exit code it asked for. */
async function oltr(...args: string[]): Promise<{ out: string; errors: string; exitCode: number }> {
  const out: string[] = []
  const errors: string[] = []
  const log = mock.method(console, 'log', (text: string) => void out.push(text))
  const error = mock.method(console, 'error', (text: string) => void errors.push(text))
  const progress = mock.method(process.stderr, 'write', () => true)
  try {
    await createProgram().parseAsync(args, { from: 'user' })
    return { out: out.join('\n'), errors: errors.join('\n'), exitCode: Number(process.exitCode ?? 0) }
  } finally {
    process.exitCode = 0
    for (const each of [log, error, progress]) each.mock.restore()
  }
}

function writeImage({ images }: Dataset, at: number, name: string): void {
  if (images.kind !== 'pixels') throw new TypeError('the built-in set is in memory')
  writeFileSync(join(pool, name), encodePng(pixelsOf(images, at), images.height, images.width))
}

before(async () => {
  const config = tinyConfig()
  await train(config, run, { json: true })
  const { pool: images } = await loadExplorationData(config.data)
  mkdirSync(pool)
  images.labels.forEach((label, at) => {
    if (at % 12 !== 0) return
    writeImage(images, at, `${at}.png`)
    truth.set(`${at}.png`, images.classNames[label]!)
  })
})
after(() => root[Symbol.dispose]())

let rounds = 0
async function explore(...args: string[]): Promise<{ folder: string; out: string; errors: string }> {
  const folder = join(root.path, `round-${++rounds}`)
  return { folder, ...(await oltr('explore', run, '--pool', pool, '--out', folder, ...args)) }
}

/** Fills in the table as a person would. */
function answer(folder: string, name: (image: string) => string): string {
  const [header, ...rows] = readFileSync(join(folder, 'questions.csv'), 'utf8').trimEnd().split('\n')
  assert.equal(header, 'number,question,annotator,kind,answer,image,guesses')
  const filled = rows.map((row) => {
    const [number, id, , , , image] = row.split(',')
    return [number, id, 'ann', '', name(image!), image, ''].join(',')
  })
  const file = join(folder, 'filled.csv')
  writeFileSync(file, `${[header, ...filled].join('\n')}\n`)
  return file
}

test('explore chooses images, says why, and leaves a page to look at and a table to fill in', async () => {
  const { folder, out } = await explore('--budget', '25%')
  assert.match(out, /^11 of 42 images are worth a look/)
  const lines = readFileSync(join(folder, 'scores.jsonl'), 'utf8').trimEnd().split('\n')
  assert.equal(lines.length, truth.size)
  assert.match(
    readFileSync(join(folder, 'questions.html'), 'utf8'),
    /<img loading="lazy" src="\.\.\/pool\/\d+\.png"/,
  )
  assert.equal(readFileSync(join(folder, 'questions.csv'), 'utf8').trimEnd().split('\n').length, 1 + 11)
})

test('the same command finds its round; another pool, budget or strategy needs another folder', async () => {
  const { folder } = await explore('--budget', '5')
  const before = readFileSync(join(folder, 'selection.json'), 'utf8')
  const again = await oltr('explore', run, '--pool', pool, '--out', folder, '--budget', '5')
  assert.match(again.out, /^5 of 42/)
  assert.deepEqual(
    JSON.parse(readFileSync(join(folder, 'selection.json'), 'utf8')).asked,
    JSON.parse(before).asked,
  )
  await assert.rejects(oltr('explore', run, '--pool', pool, '--out', folder, '--budget', '6'), {
    name: 'ConfigError',
    message: /holds a round with another pool, budget, strategy/,
  })
})

test('an unreadable picture, one twice and one that was trained on are left out and named; there may be no open one', async () => {
  const other = join(root.path, 'other')
  mkdirSync(other)
  const { train: training, test: unseen } = await loadSplits(tinyConfig().data)
  const write = (set: Dataset, at: number, name: string) => {
    if (set.images.kind !== 'pixels') throw new TypeError('in memory')
    writeFileSync(join(other, name), encodePng(pixelsOf(set.images, at), set.images.height, set.images.width))
  }
  for (let at = 0; at < 5; at++) write(unseen, at, `${at}.png`)
  copyFileSync(join(other, '0.png'), join(other, '0-copy.png'))
  writeFileSync(join(other, 'broken.png'), readFileSync(join(other, '1.png')).subarray(0, 60))
  writeFileSync(join(other, 'empty.jpg'), '')
  write(training, 0, 'trained.png')
  write(unseen, 5, 'misnamed.png')
  const misnamed = Buffer.concat([Buffer.from(join(other, 'caf')), Buffer.from([0xe9]), Buffer.from('.png')])
  renameSync(join(other, 'misnamed.png'), misnamed)
  const folder = join(root.path, 'round-other')
  const { out, errors } = await oltr(
    'explore',
    run,
    '--pool',
    other,
    '--out',
    folder,
    '--budget',
    '100%',
    '--strategy',
    'energy',
  )
  assert.match(errors, /left out: broken\.png: .+/)
  assert.match(errors, /left out: empty\.jpg: .+/)
  assert.match(errors, /left out: caf\\xe9\.png: .*its name is not UTF-8.*rename it/)
  assert.match(errors, /left out: 0\.png: the same image as 0-copy\.png/)
  // The built-in training images are pixels in memory, not files: the same picture as a PNG has other content.
  assert.match(out, /^6 of 6 images/)
})

test('an empty pool, a budget of nothing and an unknown strategy are errors that say what to do', async () => {
  const empty = join(root.path, 'empty')
  mkdirSync(empty)
  await assert.rejects(
    oltr('explore', run, '--pool', empty),
    /expected \.jpg, \.jpeg or \.png files, found none/,
  )
  await assert.rejects(explore('--budget', '0'), /budget: expected a number of images/)
  await assert.rejects(explore('--strategy', 'best'), /expected one of/)
  await assert.rejects(oltr('explore', root.path, '--pool', pool), /holds no finished model/)
})

test('named images become a version that knows the new classes; predict uses it; going back is one command', async () => {
  const { folder } = await explore('--budget', '100%', '--strategy', 'random')
  const file = answer(folder, (image) => truth.get(image)!)
  const { out, exitCode } = await oltr(
    'update',
    run,
    '--round',
    folder,
    '--answers',
    file,
    '--max-known-loss',
    '1',
  )
  assert.equal(exitCode, 0)
  assert.match(out, /new classes: .+, .+/)
  assert.match(out, /version: {5}1, now in use/)
  const newClass = /new classes: ([^,]+)/.exec(out)![1]!
  const predicted = async () =>
    (await oltr('predict', '--model', run, '--json', '--top', '9', join(pool, '0.png'))).out
  assert.ok((await predicted()).includes(newClass))
  assert.match((await oltr('versions', run)).out, /1 \(in use\)/)
  await oltr('versions', run, '--use', '0')
  assert.ok(!(await predicted()).includes(newClass))
  // The round was explored with version 0, and what it named is labelled now.
  const next = await explore('--budget', '100%')
  assert.match(next.out, /^0 of 0 images/)
  await oltr('versions', run, '--use', '1')
  await assert.rejects(
    oltr('update', run, '--round', folder, '--answers', file),
    /explored with version 0, and version 1 is in use/,
  )
  await oltr('versions', run, '--use', '0')
})

test('an update that costs too much is refused with exit code 3, and nothing changes', async () => {
  const fresh = join(root.path, 'fresh')
  mkdirSync(join(fresh), { recursive: true })
  for (const name of ['config.json', 'split.json', 'oltr.safetensors'])
    copyFileSync(join(run, name), join(fresh, name))
  const folder = join(root.path, 'round-fresh')
  await oltr('explore', fresh, '--pool', pool, '--out', folder, '--budget', '100%', '--strategy', 'random')
  // Every image a class of its own: the known ones drown.
  const file = answer(folder, (image) => `class of ${image}`)
  const before = sha256FileSync(join(fresh, 'oltr.safetensors'))
  const { out, exitCode } = await oltr(
    'update',
    fresh,
    '--round',
    folder,
    '--answers',
    file,
    '--no-merge',
    '--max-known-loss',
    '0',
  )
  assert.equal(exitCode, 3, out)
  assert.match(out, /refused: {5}known classes lose [\d.]+ points/)
  assert.ok(!existsSync(join(fresh, 'versions', '1')))
  assert.equal(sha256FileSync(join(fresh, 'oltr.safetensors')), before)
  process.exitCode = 0
})

test('two names are said to be one class, and taken back', async () => {
  const folder = join(root.path, 'round-fresh')
  const fresh = join(root.path, 'fresh')
  const file = answer(folder, (image) => (Number.parseInt(image, 10) % 24 === 0 ? 'pip' : 'squeak'))
  const update = (...args: string[]) =>
    oltr('update', fresh, '--round', folder, '--answers', file, '--max-known-loss', '1', ...args)
  const joined = await update('--same', 'squeak=pip')
  assert.match(joined.out, /merged: {6}squeak into pip .*--undo 1/)
  assert.match(joined.out, /new classes: pip\n/)
  await oltr('versions', fresh, '--use', '0')
  assert.match((await update('--undo', '1')).out, /new classes: pip, squeak\n/)
  await oltr('versions', fresh, '--use', '0')
  await assert.rejects(update('--same', 'squeak'), /expected two names/)
  await assert.rejects(update('--undo', '7'), /undo/)
})

test('a table that nobody filled in, and answers that name nothing, are errors that say what to do', async () => {
  const folder = join(root.path, 'round-fresh')
  const fresh = join(root.path, 'fresh')
  await assert.rejects(
    oltr('update', fresh, '--round', folder),
    /holds no answer yet; write class names into the column `answer`/,
  )
  const file = answer(folder, () => 'unknown')
  await assert.rejects(
    oltr('update', fresh, '--round', folder, '--answers', file),
    /leaves no image with a class that people agree on/,
  )
  await assert.rejects(
    oltr('update', fresh, '--round', root.path),
    /round\.json: does not exist; `oltr explore` makes a round/,
  )
})

test('the loop prints a table and writes its report, with random always among the strategies', async () => {
  const folder = join(root.path, 'loop')
  const { out } = await oltr(
    'loop',
    run,
    '--strategies',
    'energy',
    '--seeds',
    '1',
    '--budgets',
    '10%,20%',
    '--out',
    folder,
    '--results',
    join(folder, 'results.csv'),
  )
  assert.match(out, /energy/)
  assert.match(out, /random/)
  for (const file of ['report.html', 'report.md', 'records.json', 'results.csv'])
    assert.ok(existsSync(join(folder, file)), file)
  const { out: printed } = await oltr(
    'loop',
    run,
    '--print',
    '--annotator',
    'crowd',
    '--set',
    'annotation.crowd.errorRate=0.3',
  )
  const config = JSON.parse(printed)
  assert.equal(config.annotation.crowd.errorRate, 0.3)
  assert.ok(config.arms.includes('random'))
})
