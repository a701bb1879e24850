// Scores of a pool, written down.

import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { manualSeed, noGrad } from '@oltr/torch'
import { OpenLongTailedModel } from '../model.ts'
import { ModelConfig } from '../model-config.ts'
import { temporaryRun } from '../training/tiny-run.fixture.ts'
import { FeatureStore, type StoredImage } from './feature-store.ts'
import { type PoolInput, scorePool } from './score-pool.ts'

const IMAGES = 9000 // three chunks
const D = 64
const classNames = ['a', 'b', 'c']
let model: OpenLongTailedModel
let root: ReturnType<typeof temporaryRun>
let input: PoolInput

before(() => {
  manualSeed(0)
  model = new OpenLongTailedModel(
    ModelConfig.parse({ backbone: 'cifar-resnet-20', imageSize: 16, attention: 'none' }),
    3,
  )
  noGrad(() => void model.memory.centroids.normal_())
  root = temporaryRun()
  const store = FeatureStore.open(
    join(root.path, 'features'),
    { extractor: 'e', dataset: 'd', images: 'i', count: IMAGES, dimension: D },
    IMAGES,
  )
  const values = Float32Array.from(
    { length: IMAGES * D },
    (_, i) => Math.sin(i * 0.7) + Math.cos(i * i * 0.01),
  )
  const images = Array.from({ length: IMAGES }, (_, at): StoredImage => {
    if (at === 5) return { image: '5.png', error: 'cut short' }
    return { image: `${at}.png`, id: at === 8 ? 'id-7' : `id-${at}` }
  })
  store.append(images, values)
  input = {
    store,
    positions: Int32Array.from({ length: IMAGES }, (_, at) => at),
    model,
    classNames,
    labelled: new Set(['id-2']),
  }
})
after(() => {
  model.dispose()
  root[Symbol.dispose]()
})

test('images that are labelled already, repeated or unreadable are listed with the reason, and not asked about', async () => {
  using folder = temporaryRun()
  const { candidates, skipped } = await scorePool(input, join(folder.path, 'scores.jsonl'), {})
  assert.deepEqual(
    skipped.map(({ image, skipped: why }) => `${image}: ${why}`),
    ['2.png: is labelled already', '5.png: cut short', '8.png: the same image as 7.png'],
  )
  assert.equal(candidates.length, IMAGES - 3)
})

test('each line says how open and informative an image is, and which classes are near', async () => {
  using folder = temporaryRun()
  const file = join(folder.path, 'scores.jsonl')
  const { scores } = await scorePool(input, file, {})
  const line = JSON.parse(readFileSync(file, 'utf8').split('\n')[0]!)
  assert.deepEqual(new Set(line.nearest.map(([name]: [string]) => name)), new Set(classNames))
  assert.equal(line.openness, line.nearest[0][1])
  assert.ok(Math.abs(line.informativeness - line.nearest[0][1] / line.nearest[1][1]) < 1e-6)
  assert.equal(scores.energy[0], line.energy)
})

test('a pass that was killed anywhere goes on where it was, to the same file', async () => {
  using folder = temporaryRun()
  const whole = join(folder.path, 'whole.jsonl')
  const expected = await scorePool(input, whole, {})
  const bytes = readFileSync(whole)
  for (const share of [0, 0.1, 0.4567, 0.9, 1]) {
    const file = join(folder.path, `${share}.jsonl`)
    writeFileSync(file, bytes.subarray(0, Math.floor(share * bytes.length)))
    assert.deepEqual(await scorePool(input, file, {}), expected)
    assert.ok(readFileSync(file).equals(bytes), `cut at ${share}`)
  }
  truncateSync(whole, 0)
  appendFileSync(whole, '{"at":0,"ima')
  assert.deepEqual(await scorePool(input, whole, {}), expected)
})
