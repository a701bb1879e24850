// Features on disk.

import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryRun } from '../training/tiny-run.fixture.ts'
import { FeatureStore, type StoredImage } from './feature-store.ts'

const source = { extractor: 'e', dataset: 'd', images: 'i', count: 7, dimension: 2 }
const image = (at: number): StoredImage => ({ image: `${at}`, id: `id-${at}` })
const rows = (from: number, to: number) =>
  Float32Array.from({ length: 2 * (to - from) }, (_, i) => 2 * from + i)

function filled(folder: string, upTo = 7): FeatureStore {
  const store = FeatureStore.open(folder, source, 3)
  for (let first = store.length; first < upTo; first += 3) {
    const end = Math.min(first + 3, 7)
    store.append(
      Array.from({ length: end - first }, (_, i) => image(first + i)),
      rows(first, end),
    )
  }
  return store
}

test('what was appended is read back, in pieces, in any order, and by another process', () => {
  using folder = temporaryRun()
  assert.ok(filled(folder.path).complete)
  const store = FeatureStore.open(folder.path, source, 3)
  assert.deepEqual(store.read(2, 5), rows(2, 5))
  assert.deepEqual(store.readAt([6, 0, 1, 4]), Float32Array.from([12, 13, 0, 1, 2, 3, 8, 9]))
  assert.deepEqual(store.readAt([]), new Float32Array(0))
  assert.deepEqual(
    store.images.map((each) => each.image),
    ['0', '1', '2', '3', '4', '5', '6'],
  )
})

test('what a killed process left of a batch is cut off, whichever file it was in', () => {
  for (const damage of [
    (folder: string) => truncateSync(join(folder, 'features.f32'), 4 * 2 * 5 + 3),
    (folder: string) => appendFileSync(join(folder, 'features.f32'), Buffer.alloc(5)),
    (folder: string) => appendFileSync(join(folder, 'images.jsonl'), '{"image":"6","i'),
    (folder: string) =>
      writeFileSync(
        join(folder, 'images.jsonl'),
        readFileSync(join(folder, 'images.jsonl'), 'utf8').slice(0, -4),
      ),
  ]) {
    using folder = temporaryRun()
    filled(folder.path, 6)
    damage(folder.path)
    const store = FeatureStore.open(folder.path, source, 3)
    assert.ok([3, 6].includes(store.length), `${store.length} images`)
    assert.ok(filled(folder.path).complete)
    assert.deepEqual(FeatureStore.open(folder.path, source, 3).read(0, 7), rows(0, 7))
  }
})

test('features of another model or of other images are refused, and stay', () => {
  using folder = temporaryRun()
  filled(folder.path)
  assert.throws(() => FeatureStore.open(folder.path, { ...source, extractor: 'f' }, 3), {
    name: 'DataError',
    message: /about\.json: describes features of another model or of other images/,
  })
  assert.ok(FeatureStore.open(folder.path, source, 3).complete)
})
