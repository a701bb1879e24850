import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DataError } from '../errors.ts'
import { readClassFolders, readLooseImages } from './class-folders.ts'
import { pngOf, temporaryFolder, writeClassFolders, writeFiles } from './data-files.fixture.ts'

test('a folder per class is read in sorted order; other files and hidden ones are passed over', async (t) => {
  const root = writeClassFolders(temporaryFolder(t), { zebra: 2, Ape: 1 })
  writeFiles(root, {
    'README.txt': 'x',
    'Ape/notes.txt': 'x',
    'Ape/B.JPEG': pngOf(7),
    'Ape/more/c.jpg': pngOf(8),
    '.cache/a.png': pngOf(9),
  })
  const { train, test, open } = await readClassFolders(root)
  assert.deepEqual(train.classNames, ['Ape', 'zebra'])
  assert.ok(train.images.kind === 'files')
  assert.deepEqual(train.images.paths, [
    'Ape/000.png',
    'Ape/B.JPEG',
    'Ape/more/c.jpg',
    'zebra/000.png',
    'zebra/001.png',
  ])
  assert.deepEqual([...train.labels], [0, 0, 0, 1, 1])
  assert.deepEqual([test, open], [null, null])
})

test('train, val, test, open and open-val folders are the parts', async (t) => {
  const root = temporaryFolder(t)
  writeClassFolders(join(root, 'train'), { a: 2, b: 1 })
  writeClassFolders(join(root, 'val'), { b: 1 })
  writeClassFolders(join(root, 'test'), { a: 1, b: 1 })
  writeFiles(root, { 'open/x.png': pngOf(1), 'open/deep/y.png': pngOf(2), 'open-val/z.png': pngOf(3) })
  const parts = await readClassFolders(root)
  assert.deepEqual([...parts.train.labels], [0, 0, 1])
  assert.deepEqual([...(parts.validation?.labels ?? [])], [1])
  assert.deepEqual([...(parts.test?.labels ?? [])], [0, 1])
  assert.deepEqual([...(parts.open?.labels ?? [])], [-1, -1])
  assert.deepEqual(parts.openValidation?.images, { kind: 'files', root, paths: ['open-val/z.png'] })
})

test('an empty class stays a class without images', async (t) => {
  const { train } = await readClassFolders(writeClassFolders(temporaryFolder(t), { full: 2, none: 0 }))
  assert.deepEqual(train.classNames, ['full', 'none'])
  assert.deepEqual([...train.labels], [0, 0])
})

test('linked class folders are followed, a circle of links is an error', async (t) => {
  const root = temporaryFolder(t)
  const elsewhere = writeClassFolders(temporaryFolder(t), { a: 1 })
  symlinkSync(join(elsewhere, 'a'), join(root, 'linked'))
  assert.deepEqual((await readClassFolders(root)).train.classNames, ['linked'])
  symlinkSync(root, join(root, 'circle'))
  await assert.rejects(readClassFolders(root), /nested more than 32 deep/)
})

test('a test class that training lacks, loose images and missing folders are errors that name the place', async (t) => {
  const root = temporaryFolder(t)
  writeClassFolders(join(root, 'train'), { a: 1 })
  writeClassFolders(join(root, 'test'), { other: 1 })
  await assert.rejects(readClassFolders(root), /test\/other: this class is not among the 1 training classes/)
  await assert.rejects(
    readClassFolders(writeFiles(temporaryFolder(t), { 'a.png': pngOf(1) })),
    /one folder per class/,
  )
  await assert.rejects(readClassFolders(join(root, 'none')), /there is no such folder/)
  await assert.rejects(readClassFolders(join(root, 'train/a/000.png')), /this is a file/)
  await assert.rejects(readLooseImages(temporaryFolder(t)), DataError)
})
