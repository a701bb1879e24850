import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pngOf, temporaryFolder, writeClassFolders, writeFiles } from '../datasets/data-files.fixture.ts'
import { readSplitRecord } from '../datasets/split-record.ts'
import { ConfigError, DataError } from '../errors.ts'
import { dataCommand } from './data.ts'
import { recogniseFormat } from './data-options.ts'

/** Runs a command in this process; what it printed on standard output, and the exit code it asked for. */
async function run(t: TestContext, ...args: string[]): Promise<{ text: string; exitCode: unknown }> {
  const lines: string[] = []
  const log = t.mock.method(console, 'log', (line: string) => lines.push(line))
  const progress = t.mock.method(process.stderr, 'write', () => true)
  const before = process.exitCode
  process.exitCode = undefined
  try {
    const command = dataCommand()
    for (const part of [command, ...command.commands])
      part.exitOverride().configureOutput({ writeErr: () => {} })
    await command.parseAsync(args, { from: 'user' })
    return { text: lines.join('\n'), exitCode: process.exitCode }
  } finally {
    process.exitCode = before
    log.mock.restore()
    progress.mock.restore()
  }
}

test('stats says how many images and classes, and which groups, as text and as JSON', async (t) => {
  const root = writeClassFolders(temporaryFolder(t), { a: 150, b: 30, c: 5 })
  const { text } = await run(t, 'stats', root)
  assert.match(text, /train +129 +0 +3 +105 +3 +35\.0/)
  assert.match(text, /training classes: 1 many, 1 medium, 1 few/)
  assert.match(text, /100-199 images {2}█+ 1/)
  const { parts } = JSON.parse((await run(t, 'stats', root, '--json')).text)
  assert.deepEqual(parts[0].groups, { many: 1, medium: 1, few: 1 })
})

test('split writes a record that is read back, with the hash it prints', async (t) => {
  const root = writeClassFolders(temporaryFolder(t), { a: 10, b: 10 })
  const file = join(temporaryFolder(t), 'split.json')
  const { text } = await run(t, 'split', root, '--out', file, '--json', '--imbalance', '5')
  const record = await readSplitRecord(file)
  assert.equal(JSON.parse(text).parts[0].sha256, record.parts.train?.sha256)
  assert.deepEqual(record.source.longTail, { profile: 'exponential', imbalance: 5, seed: 0 })
})

test('verify names every bad file of a list and every bad line, and fails', async (t) => {
  const root = writeFiles(temporaryFolder(t), {
    'a.png': pngOf(1),
    'b.png': pngOf(2).subarray(0, 40),
    'c.png': '',
    'train.txt': 'a.png 0\nb.png 1\nmissing.png 1\nc.png 99\nnonsense\n',
    'test.txt': 'c.png 0\r\na.png 1\n',
  })
  const out = join(root, 'problems.json')
  const args = ['verify', root, '--train', 'train.txt', '--test', 'test.txt']
  const { text, exitCode } = await run(t, ...args, '--out', out)
  assert.equal(exitCode, 1)
  for (const expected of [
    /corrupt +train +.*b\.png: cut short/,
    /missing +train +.*missing\.png/,
    /corrupt +test +.*c\.png: the file is empty/,
    /mislabelled +test +.*a\.png: labelled 1 .*is labelled 0/,
    /mislabelled +list +.*train\.txt:4: label 99 is out of range/,
    /mislabelled +list +.*train\.txt:5: expected `path label`/,
    /5 images: 1 missing, 2 corrupt, 0 duplicate, 3 mislabelled/,
  ])
    assert.match(text, expected)
  const report = JSON.parse((await run(t, ...args, '--json')).text)
  assert.deepEqual(report, JSON.parse(readFileSync(out, 'utf8')))
})

test('synth writes class folders that stats, verify and another synth recognise', async (t) => {
  const folder = join(temporaryFolder(t), 'set')
  const small = ['--known', '4', '--open', '2', '--max-per-class', '4', '--min-per-class', '2']
  await run(t, 'synth', folder, ...small)
  const { parts } = JSON.parse((await run(t, 'stats', folder, '--json')).text)
  const images = Object.fromEntries(parts.map((p: { part: string; images: number }) => [p.part, p.images]))
  assert.deepEqual(images, { train: 11, validation: 40, test: 120, open: 60, openValidation: 200 })
  const attributes = JSON.parse(readFileSync(join(folder, 'attributes.json'), 'utf8'))
  assert.equal(Object.keys(attributes).length, 431)
  for (const path of Object.keys(attributes)) assert.ok(existsSync(join(folder, path)))
  assert.equal((await run(t, 'verify', folder)).exitCode, undefined)
  await assert.rejects(run(t, 'synth', folder, ...small), /expected a new or empty folder/)
})

test('download says where to get what needs an account, and refuses other names', async (t) => {
  assert.match((await run(t, 'download', 'places-lt')).text, /places2\.csail\.mit\.edu/)
  await assert.rejects(run(t, 'download', 'imagenet'), ConfigError)
})

test('formats are recognised by what is there', async (t) => {
  const root = temporaryFolder(t)
  writeFiles(root, {
    'c100/train.bin': 'x',
    'c10/data_batch_1': 'x',
    'tiny/tiny-imagenet-200/x': 'x',
    'inat/train2018.json': '{}',
    'mine/cat/a.png': pngOf(1),
    'x.csv': 'path,label\n',
    'cifar-10-python.tar.gz': 'x',
    'unclear.tar.gz': 'x',
  })
  const expected = {
    c100: 'cifar100',
    c10: 'cifar10',
    tiny: 'tiny-imagenet',
    inat: 'inaturalist',
    mine: 'folder',
    'x.csv': 'csv',
    'cifar-10-python.tar.gz': 'cifar10',
  }
  for (const [name, format] of Object.entries(expected))
    assert.equal(await recogniseFormat(join(root, name)), format, name)
  assert.equal(await recogniseFormat(undefined), 'generated')
  await assert.rejects(recogniseFormat(join(root, 'unclear.tar.gz')), /could be several formats/)
  await assert.rejects(recogniseFormat(join(root, 'none')), DataError)
})

test("a recipe's data is used where one is named, with single values changed", async (t) => {
  const small = [
    'knownClasses=5',
    'maxPerClass=6',
    'openPerClass=2',
    'openValidationPerClass=2',
    'testPerClass=2',
  ]
  const args = [
    '--recipe',
    'quickstart',
    '--json',
    '--set',
    ...small.map((value) => `data.generated.${value}`),
  ]
  const { parts } = JSON.parse((await run(t, 'stats', ...args)).text)
  assert.equal(parts[0].classes, 5)
  await assert.rejects(run(t, 'stats', '--set', 'data.seed=1'), ConfigError)
})

test('every part has a help text, and numbers must be numbers', async (t) => {
  for (const command of dataCommand().commands)
    assert.match(command.helpInformation(), /Usage: .*--json|--json/s)
  await assert.rejects(run(t, 'stats', '--imbalance', 'much'), /expected a number/)
})
