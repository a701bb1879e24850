import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jpegOf, pngOf, temporaryFolder, writeFiles } from './data-files.fixture.ts'
import type { Dataset } from './dataset.ts'
import { exponentialCounts } from './long-tail.ts'
import { classSizeBars, classSizeBins, datasetStatistics, imageSizes } from './statistics.ts'

function setOf(counts: ArrayLike<number>, unknown = 0): Dataset {
  const labels = Array.from(counts, (count, label) => Array<number>(count).fill(label)).flat()
  labels.push(...Array<number>(unknown).fill(-1))
  const paths = labels.map((_, i) => `${i}.png`)
  const classNames = Array.from(counts, (_, c) => `c${c}`)
  return {
    name: 'x',
    classNames,
    labels: Int32Array.from(labels),
    images: { kind: 'files', root: '.', paths },
  }
}

test('CIFAR-100-LT: 35 many, 35 medium, 30 few, imbalance 100', () => {
  const found = datasetStatistics(setOf(exponentialCounts(100, 500, 100)))
  assert.deepEqual(found.groups, { many: 35, medium: 35, few: 30 })
  assert.deepEqual([found.images, found.largest, found.smallest, found.imbalance], [10847, 500, 5, 100])
})

test('empty and one-image classes and unknown images are counted as what they are', () => {
  const found = datasetStatistics(setOf([3, 0, 1], 2))
  assert.deepEqual(
    [found.images, found.unknownImages, found.classes, found.emptyClasses, found.smallest, found.imbalance],
    [6, 2, 3, 1, 1, 3],
  )
  const none = datasetStatistics(setOf([], 4))
  assert.deepEqual([none.images, none.imbalance, none.classSizes.length], [4, null, 0])
  assert.equal(datasetStatistics(setOf([0, 0])).imbalance, null)
})

test('every class falls into exactly one bin', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(6000), { maxLength: 40 }), (counts) => {
      const bins = classSizeBins(counts)
      assert.equal(
        bins.reduce((sum, bin) => sum + bin.classes, 0),
        counts.length,
      )
    }),
  )
})

test('the histogram is text bars, the longest as wide as asked', () => {
  const bars = classSizeBars(classSizeBins([1, 3, 4, 4, 4, 12]), 8)
  assert.deepEqual(bars, [
    '    1 images  ██ 1',
    '  2-4 images  ████████ 4',
    '  5-9 images  0',
    '10-19 images  ██ 1',
  ])
})

test('image sizes come from the heads of the files, unreadable ones counted', async (t) => {
  const root = writeFiles(temporaryFolder(t), {
    '0.png': pngOf(1, 4),
    '1.png': jpegOf(64, 32),
    '2.png': jpegOf(64, 32),
    '3.png': 'no image',
  })
  const dataset = setOf([5])
  const sizes = await imageSizes({
    ...dataset,
    images: { kind: 'files', root, paths: [0, 1, 2, 3, 4].map((i) => `${i}.png`) },
  })
  assert.deepEqual([sizes.sampled, sizes.unreadable], [5, 2])
  assert.deepEqual(sizes.frequent[0], { width: 64, height: 32, images: 2 })
  assert.deepEqual(sizes.shorterSide, { least: 4, median: 32, most: 32 })
})
