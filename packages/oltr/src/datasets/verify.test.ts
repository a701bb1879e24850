import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { jpegOf, pngOf, temporaryFolder, writeFiles } from './data-files.fixture.ts'
import type { Dataset } from './dataset.ts'
import { verifyDatasets } from './verify.ts'

const classNames = ['cat', 'dog']
const files = (root: string, entries: [string, number][]): Dataset => ({
  name: 'set',
  classNames,
  labels: Int32Array.from(entries, ([, label]) => label),
  images: { kind: 'files', root, paths: entries.map(([path]) => path) },
})

test('each missing, empty, truncated, damaged, duplicate and mislabelled file is named once', async (t) => {
  const damaged = Uint8Array.from(pngOf(4))
  damaged[45] ^= 255
  const root = writeFiles(temporaryFolder(t), {
    'good.png': pngOf(1),
    'good.jpg': jpegOf(4, 4),
    'empty.png': '',
    'cut.jpg': jpegOf(5, 5).subarray(0, 30),
    'damaged.png': damaged,
    'copy.png': pngOf(1),
    'other-label.png': pngOf(1),
    'page.jpg': '<html>not found</html>',
    'leak.jpg': jpegOf(4, 4),
  })
  const train = files(root, [
    ['good.png', 0],
    ['good.jpg', 1],
    ['gone.jpg', 0],
    ['empty.png', 0],
    ['cut.jpg', 0],
    ['damaged.png', 1],
    ['copy.png', 0],
    ['other-label.png', 1],
    ['page.jpg', 0],
    ['good.png/below', 0],
  ])
  const seen: number[] = []
  const report = await verifyDatasets(
    [
      { part: 'train', dataset: train },
      { part: 'test', dataset: files(root, [['leak.jpg', 1]]) },
      { part: 'open', dataset: files(root, [['copy.png', -1]]) },
    ],
    { concurrency: 3, onProgress: (done) => seen.push(done) },
  )
  const at = (name: string) => join(root, name)
  assert.deepEqual(
    report.problems.map(({ kind, part, file }) => [kind, part, file]),
    [
      ['missing', 'train', at('gone.jpg')],
      ['corrupt', 'train', at('empty.png')],
      ['corrupt', 'train', at('cut.jpg')],
      ['corrupt', 'train', at('damaged.png')],
      ['duplicate', 'train', at('copy.png')],
      ['mislabelled', 'train', at('other-label.png')],
      ['corrupt', 'train', at('page.jpg')],
      ['missing', 'train', at('good.png/below')],
      ['duplicate', 'test', at('leak.jpg')],
      ['mislabelled', 'open', at('copy.png')],
    ],
  )
  const detail = (i: number) => report.problems[i].detail
  assert.match(detail(1), /the file is empty/)
  assert.match(detail(2), /cut short/)
  assert.match(detail(3), /checksum of chunk/)
  assert.equal(detail(5), `labelled 1 (dog), the same image ${at('good.png')} is labelled 0 (cat)`)
  assert.match(detail(8), /same image as .*good\.jpg of train/)
  assert.match(detail(9), /labelled unknown, .* of train is labelled 0 \(cat\)/)
  assert.deepEqual(report.counts, { missing: 2, corrupt: 4, duplicate: 2, mislabelled: 2 })
  assert.deepEqual(seen, [3, 6, 9, 10, 11, 12])
})

test('images in memory are compared by their pixels', async () => {
  const data = new Uint8Array(3 * 12).fill(1)
  data[12] = 2
  const labels = Int32Array.of(0, 0, 1)
  const dataset: Dataset = {
    name: 'cifar',
    classNames,
    labels,
    images: { kind: 'pixels', data, height: 2, width: 2 },
  }
  const { problems } = await verifyDatasets([{ part: 'train', dataset }])
  assert.deepEqual(
    problems.map(({ kind, file }) => [kind, file]),
    [['mislabelled', 'cifar#2']],
  )
})

test('an empty data set has nothing wrong', async () => {
  const { images, problems } = await verifyDatasets([{ part: 'train', dataset: files('.', []) }])
  assert.deepEqual([images, problems.length], [0, 0])
})
