// What there is to explore.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sha256 } from '@oltr/torch/files'
import type { DataConfigInput } from './data-config.ts'
import { temporaryFolder, writeClassFolders } from './data-files.fixture.ts'
import { imageCount, pixelsOf } from './dataset.ts'
import { loadExplorationData } from './exploration-data.ts'
import { loadSplits } from './load-splits.ts'

const generated = {
  format: 'generated',
  imageSize: 16,
  generated: {
    knownClasses: 3,
    openClasses: 2,
    openValidationClasses: 1,
    maxPerClass: 6,
    minPerClass: 2,
    testPerClass: 2,
    openPerClass: 2,
  },
} as const

test('the built-in pool has images of known and open classes, none of which trains or tests', async () => {
  const { knownClasses, pool, openTest } = await loadExplorationData(generated)
  const splits = await loadSplits(generated)
  assert.equal(knownClasses, 3)
  assert.deepEqual(pool.classNames.slice(0, 3), splits.train.classNames)
  assert.deepEqual([...new Set(pool.labels)], [0, 1, 2, 3, 4])
  assert.deepEqual([...openTest.labels], [3, 3, 4, 4])
  const hashes = ({ images }: typeof pool) => {
    assert.ok(images.kind === 'pixels')
    return Array.from({ length: imageCount(images) }, (_, at) => sha256(pixelsOf(images, at)))
  }
  const seen = new Set([splits.train, splits.validation!, splits.test, splits.open!].flatMap(hashes))
  assert.ok(hashes(pool).every((hash) => !seen.has(hash)))
  assert.deepEqual(hashes(openTest), hashes(splits.open!))
})

test('held-out classes are the open part of the pool, images that the tail leaves over its known part', async (t) => {
  const root = temporaryFolder(t)
  const classes = ['ant', 'bee', 'cat', 'dog']
  for (const part of ['train', 'test'])
    writeClassFolders(`${root}/${part}`, Object.fromEntries(classes.map((name) => [name, 8])))
  const config: DataConfigInput = {
    format: 'folder',
    path: root,
    imageSize: 16,
    heldOut: { classes: ['bee'] },
    longTail: { profile: 'exponential', imbalance: 4 },
    validation: { perClass: 1 },
  }
  const { knownClasses, pool, openTest } = await loadExplorationData(config)
  const { train, validation, record } = await loadSplits(config)
  assert.equal(knownClasses, 3)
  assert.deepEqual(pool.classNames, ['ant', 'cat', 'dog', 'bee'])
  assert.deepEqual(record.heldOut, ['bee'])
  assert.ok(
    pool.images.kind === 'files' && train.images.kind === 'files' && validation!.images.kind === 'files',
  )
  const used = new Set([...train.images.paths, ...validation!.images.paths])
  assert.ok(pool.images.paths.every((path) => !used.has(path)))
  assert.equal(pool.labels.filter((label) => label < 3).length + used.size, 3 * 8)
  assert.equal(pool.labels.filter((label) => label === 3).length, 8)
  assert.ok(openTest.labels.every((label) => label === 3))
})

test('data without anything to discover are refused, with what to do', async () => {
  await assert.rejects(
    loadExplorationData({ ...generated, generated: { ...generated.generated, openClasses: 0 } }),
    /openClasses/,
  )
  await assert.rejects(loadExplorationData({ format: 'folder', path: '/nowhere', imageSize: 16 }), /nowhere/)
})
