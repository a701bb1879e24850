import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jpegOf, temporaryFolder, writeFiles } from './data-files.fixture.ts'
import { readTinyImagenet, readTinyImagenetTest } from './tiny-imagenet.ts'

const jpeg = jpegOf(64, 64)
const layout = {
  'tiny-imagenet-200/wnids.txt': 'n02\nn01\n',
  'tiny-imagenet-200/words.txt': 'n01\tgoldfish, Carassius auratus\nn02\tcrane\nn03\tcrane\n',
  'tiny-imagenet-200/train/n02/images/n02_0.JPEG': jpeg,
  'tiny-imagenet-200/train/n02/n02_boxes.txt': 'n02_0.JPEG 0 0 9 9\n',
  'tiny-imagenet-200/train/n01/images/n01_0.JPEG': jpeg,
  'tiny-imagenet-200/train/n03/images/n03_0.JPEG': jpeg,
  'tiny-imagenet-200/val/val_annotations.txt': 'val_0.JPEG\tn02\t0\t0\t9\t9\nval_1.JPEG\tn01\t0\t0\t9\t9\n',
  'tiny-imagenet-200/test/images/test_1.JPEG': jpeg,
  'tiny-imagenet-200/test/images/test_0.JPEG': jpeg,
}

test('classes are sorted ids with the words people know, validation images are the test set', async (t) => {
  const { train, test } = await readTinyImagenet(writeFiles(temporaryFolder(t), layout))
  assert.deepEqual(train.classNames, ['goldfish', 'crane (n02)', 'crane (n03)'])
  assert.deepEqual([...train.labels], [0, 1, 2])
  assert.ok(train.images.kind === 'files' && test.images.kind === 'files')
  assert.equal(train.images.paths[1], 'train/n02/images/n02_0.JPEG')
  assert.deepEqual([...test.labels], [1, 0])
  assert.deepEqual(test.images.paths, ['val/images/val_0.JPEG', 'val/images/val_1.JPEG'])
})

test('the unlabelled test images are unknown, and need no training images beside them', async (t) => {
  const only = Object.fromEntries(Object.entries(layout).filter(([path]) => path.includes('/test/')))
  const open = await readTinyImagenetTest(writeFiles(temporaryFolder(t), only))
  assert.deepEqual([...open.labels], [-1, -1])
  assert.ok(open.images.kind === 'files')
  assert.deepEqual(open.images.paths, ['test/images/test_0.JPEG', 'test/images/test_1.JPEG'])
})

test('an annotation of a class that is not there and another folder are errors', async (t) => {
  const root = writeFiles(temporaryFolder(t), layout)
  writeFiles(root, { 'tiny-imagenet-200/val/val_annotations.txt': 'val_0.JPEG\tn02\n\nval_1.JPEG\tn99\n' })
  await assert.rejects(readTinyImagenet(root), /val_annotations\.txt: line 3: .*n99/)
  await assert.rejects(readTinyImagenet(temporaryFolder(t)), /expected the folders train, val or test/)
})
