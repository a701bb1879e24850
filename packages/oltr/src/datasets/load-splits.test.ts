import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ConfigError, DataError } from '../errors.ts'
import {
  cifarRecords,
  pngOf,
  tarGzOf,
  temporaryFolder,
  writeClassFolders,
  writeFiles,
} from './data-files.fixture.ts'
import { classCounts, type Dataset, imageCount, pixelsOf } from './dataset.ts'
import { loadSplits, type Splits } from './load-splits.ts'
import { indexHash } from './split-record.ts'

/** CIFAR-10 with 40 training and 10 test images a class; byte 0 of an image is its label. */
function cifar(t: TestContext): string {
  const batch = (count: number) => {
    const bytes = cifarRecords(Array.from({ length: count }, (_, i) => [i % 10]))
    for (let i = 0; i < count; i++) bytes[i * 3073 + 1] = i % 10
    return bytes
  }
  const files: Record<string, Uint8Array> = { 'test_batch.bin': batch(100) }
  for (let i = 1; i <= 5; i++) files[`data_batch_${i}.bin`] = batch(80)
  return writeFiles(temporaryFolder(t), files)
}

const base = { format: 'cifar10', imageSize: 32 } as const
const partsOf = ({ train, validation, test, open, openValidation }: Splits) =>
  Object.entries({ train, validation, test, open, openValidation }).filter(
    (e): e is [string, Dataset] => !!e[1],
  )

test('a long tail keeps labels and pixels together, and the record has its hash', async (t) => {
  const splits = await loadSplits({
    ...base,
    path: cifar(t),
    longTail: { profile: 'exponential', imbalance: 10, seed: 0 },
  })
  const counts = [...classCounts(splits.train)]
  assert.deepEqual(counts, [40, 30, 23, 18, 14, 11, 8, 6, 5, 4])
  assert.ok(splits.train.images.kind === 'pixels')
  for (const [i, label] of splits.train.labels.entries())
    assert.equal(pixelsOf(splits.train.images, i)[0], label)
  const part = splits.record.parts.train
  assert.equal(part?.sha256, indexHash(part?.indices ?? []))
  assert.deepEqual([part?.of, part?.ofImages, part?.indices.length], ['cifar10/train', 400, 159])
  assert.equal(splits.test.labels.length, 100)
})

test('validation images come out of the training images, never out of the test images', async (t) => {
  const splits = await loadSplits({
    ...base,
    path: cifar(t),
    longTail: { profile: 'exponential', imbalance: 10 },
    validation: { perClass: 5 },
  })
  const { train, validation, test } = splits.record.parts
  assert.equal(validation?.of, 'cifar10/train')
  assert.equal(test?.of, 'cifar10/test')
  const shared = new Set(train?.indices)
  assert.ok(validation?.indices.every((index) => !shared.has(index)))
  assert.ok(splits.validation)
  assert.deepEqual([...classCounts(splits.validation)], Array(10).fill(5))
  assert.equal(classCounts(splits.train)[9], 4) // the few-shot class keeps all of its images
})

test('held-out classes leave training and become the unknown test images; thresholds get other classes', async (t) => {
  const splits = await loadSplits({
    ...base,
    path: cifar(t),
    heldOut: { classes: ['class 2', 'class 7'], validationClasses: ['class 0'] },
  })
  const original = (set: Dataset) => {
    assert.ok(set.images.kind === 'pixels')
    const { images } = set
    return [...new Set(Array.from(set.labels.keys(), (i) => pixelsOf(images, i)[0]))].sort()
  }
  assert.deepEqual(
    splits.train.classNames,
    [1, 3, 4, 5, 6, 8, 9].map((c) => `class ${c}`),
  )
  assert.deepEqual(original(splits.train), [1, 3, 4, 5, 6, 8, 9])
  assert.deepEqual([...new Set(splits.train.labels)].sort(), [0, 1, 2, 3, 4, 5, 6])
  assert.ok(splits.open && splits.openValidation)
  assert.deepEqual(original(splits.open), [2, 7])
  assert.deepEqual(original(splits.openValidation), [0])
  assert.ok(splits.open.labels.every((label) => label === -1))
  assert.equal(splits.record.parts.open?.of, 'cifar10/test')
  assert.equal(splits.record.parts.openValidation?.of, 'cifar10/train')
  assert.deepEqual(splits.record.heldOut, ['class 2', 'class 7'])
})

test('a second data set is unknown: a folder of loose images, or an archive that is unpacked once', async (t) => {
  const root = temporaryFolder(t)
  const images = Array.from({ length: 6 }, (_, i) => ({
    name: `tiny/test/images/${i}.png`,
    content: pngOf(i),
  }))
  const archive = join(root, 'tiny.tar.gz')
  writeFileSync(archive, tarGzOf(images))
  const path = cifar(t)
  const open = { path: archive, cache: join(root, 'cache'), limit: 3, validation: 2 }
  const splits = await loadSplits({ ...base, path, open })
  assert.ok(splits.open?.images.kind === 'files' && splits.openValidation?.images.kind === 'files')
  assert.equal(splits.open.labels.length, 3)
  const both = [...splits.open.images.paths, ...splits.openValidation.images.paths]
  assert.equal(new Set(both).size, 5)
  const loose = await loadSplits({ ...base, path, open: { path: splits.open.images.root } })
  assert.equal(loose.open?.labels.length, 6)
  await assert.rejects(
    loadSplits({ ...base, path, open: { ...open, validation: 6 } }),
    /open\.validation: .*at most 5/,
  )
})

test('class folders without a test folder are split by seed, and the record says how', async (t) => {
  const path = writeClassFolders(temporaryFolder(t), { a: 20, b: 10, c: 2, d: 1 })
  const load = (seed: number) => loadSplits({ format: 'folder', path, imageSize: 64, seed })
  const first = await load(0)
  assert.deepEqual([...classCounts(first.train)], [14, 7, 1, 1])
  assert.deepEqual([...classCounts(first.test)], [4, 2, 1, 0])
  const indices = (splits: Splits) =>
    partsOf(splits).map(([name]) => splits.record.parts[name as 'train']?.sha256)
  assert.deepEqual(indices(await load(0)), indices(first))
  assert.notDeepEqual(indices(await load(1)), indices(first))
  const all = partsOf(first).flatMap(([name]) => first.record.parts[name as 'train']?.indices ?? [])
  assert.equal(new Set(all).size, 33)
})

test('a class without a training image is an error that names it and says what to do', async (t) => {
  const path = writeClassFolders(temporaryFolder(t), { full: 3, bare: 0 })
  await assert.rejects(
    loadSplits({ format: 'folder', path, imageSize: 64 }),
    /1 of 2 classes have no training image \(bare\); add images, remove the class, or hold it out/,
  )
})

test('lists with their open list are read, relative to the images or to the working folder', async (t) => {
  const root = writeFiles(temporaryFolder(t), {
    'img/a 1.png': pngOf(1),
    'img/train.txt': 'a 1.png 0\r\nb.png 1\r\n\r\n',
    'img/test.txt': 'c.png 1\n',
    'img/open.txt': 'd.png -1\n',
    'names.txt': 'cat\ndog\n',
  })
  const config = {
    format: 'list',
    path: join(root, 'img'),
    lists: { train: 'train.txt', test: 'test.txt', open: 'open.txt' },
    classNames: join(root, 'names.txt'),
    imageSize: 64,
  } as const
  const splits = await loadSplits(config)
  assert.deepEqual(splits.train.classNames, ['cat', 'dog'])
  assert.deepEqual([...splits.train.labels, ...splits.test.labels], [0, 1, 1])
  assert.deepEqual([...(splits.open?.labels ?? [])], [-1])
  assert.deepEqual(splits.train.images, {
    kind: 'files',
    root: join(root, 'img'),
    paths: ['a 1.png', 'b.png'],
  })
  await assert.rejects(
    loadSplits({
      ...config,
      path: root,
      lists: { train: join(root, 'img/train.txt'), test: 'img/test.txt' },
    }),
    /a 1\.png: the first image of the training list is missing/,
  )
  writeFiles(root, { 'img/test.txt': 'c.png 2\n' })
  await assert.rejects(loadSplits(config), /test\.txt: line 1: label 2 is out of range, expected 0\.\.1/)
  await assert.rejects(loadSplits({ ...config, lists: undefined }), ConfigError)
  await assert.rejects(loadSplits({ ...config, classNames: ['cat', 'dog', 'emu'] }), DataError)
})

test('CSV gives its parts by the split column, or by one file each', async (t) => {
  const root = writeFiles(temporaryFolder(t), {
    'a.png': pngOf(1),
    'all.csv': 'path,label,split\na.png,dog,train\nb.png,cat,train\nc.png,dog,test\nd.png,?,open\n',
    'train.csv': 'path,label\na.png,dog\nb.png,cat\n',
    'test.csv': 'path,label\nc.png,dog\n',
    'bad.csv': 'path,label\nc.png,emu\n',
  })
  const single = await loadSplits({ format: 'csv', path: join(root, 'all.csv'), imageSize: 64 })
  const lists = { train: 'train.csv', test: 'test.csv' }
  const several = await loadSplits({ format: 'csv', path: root, lists, imageSize: 64 })
  for (const { train, test } of [single, several]) {
    assert.deepEqual(train.classNames, ['cat', 'dog'])
    assert.deepEqual([...train.labels, ...test.labels], [1, 0, 1])
  }
  assert.deepEqual([...(single.open?.labels ?? [])], [-1])
  const bad = { ...lists, test: 'bad.csv' }
  await assert.rejects(
    loadSplits({ format: 'csv', path: root, lists: bad, imageSize: 64 }),
    /bad\.csv: line 2: label "emu"/,
  )
})

test('the built-in set loads without a path, each image in one part only', async () => {
  const generated = {
    knownClasses: 4,
    openClasses: 2,
    maxPerClass: 6,
    minPerClass: 2,
    testPerClass: 2,
    openPerClass: 2,
  }
  const splits = await loadSplits({ format: 'generated', imageSize: 32, generated })
  assert.deepEqual([...classCounts(splits.train)], [6, 4, 2, 2])
  assert.equal(imageCount(splits.test.images), 8)
  assert.equal(splits.open?.labels.length, 4)
})

test('a missing path, an unknown key and images that are not there are typed errors', async (t) => {
  await assert.rejects(loadSplits({ ...base }), /data\.path: format cifar10 needs/)
  await assert.rejects(loadSplits({ ...base, pfad: 'x' } as never), /data\.pfad: unknown key/)
  await assert.rejects(loadSplits({ ...base, path: join(temporaryFolder(t), 'none') }), DataError)
  const bare = writeClassFolders(temporaryFolder(t), { a: 0 })
  await assert.rejects(loadSplits({ format: 'folder', path: bare, imageSize: 64 }), DataError)
})
