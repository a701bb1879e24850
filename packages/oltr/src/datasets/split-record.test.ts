import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DataError } from '../errors.ts'
import { temporaryFolder } from './data-files.fixture.ts'
import { indexHash, readSplitRecord, type SplitRecord, splitPart, writeSplitRecord } from './split-record.ts'

const images = { kind: 'files', root: 'x', paths: ['b.png', 'a.png'] } as const
const record: SplitRecord = {
  version: 1,
  source: { format: 'folder', path: 'x' },
  classNames: ['a', 'b'],
  heldOut: [],
  parts: { train: splitPart('x/train', 5, Int32Array.of(4, 1), Int32Array.of(1, 0), images) },
}

test('a hash is SHA-256 of little-endian 32-bit integers', () => {
  // hashlib.sha256(numpy.array([0, 1, 258, -1], '<i4').tobytes()).hexdigest()
  assert.equal(indexHash([0, 1, 258, -1]), 'b6f976a877d750fedac16b55380d127f0a146d9d442522c8ebf53a463c342fa2')
  assert.equal(indexHash([]), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('order, labels and images all show in a part', () => {
  const { train } = record.parts
  const other = splitPart('x/train', 5, [1, 4], [0, 1], { ...images, paths: ['a.png', 'b.png'] })
  assert.notEqual(train?.sha256, other.sha256)
  assert.notEqual(train?.labelsSha256, other.labelsSha256)
  assert.notEqual(train?.imagesSha256, other.imagesSha256)
})

test('a record is read as it was written', async (t) => {
  const path = join(temporaryFolder(t), 'split.json')
  await writeSplitRecord(path, record)
  assert.deepEqual(await readSplitRecord(path), record)
})

test('a changed index list, an index out of range and another file are refused', async (t) => {
  const path = join(temporaryFolder(t), 'split.json')
  await writeSplitRecord(path, record)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace('[4,1]', '[4,2]'))
  await assert.rejects(readSplitRecord(path), /index list of train does not match its SHA-256/)
  writeFileSync(path, text.replace('[4,1]', '[4,9]'))
  await assert.rejects(readSplitRecord(path), /indices of train are not positions in x\/train/)
  for (const content of ['', '{', 'null', '{"version":2}', '{"version":1}']) {
    writeFileSync(path, content)
    await assert.rejects(readSplitRecord(path), DataError)
  }
  await assert.rejects(readSplitRecord(join(path, 'none')), DataError)
})
