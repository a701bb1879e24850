import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { liveTensors, scope } from '../index.ts'
import { ClassAwareSampler } from './class-aware-sampler.ts'
import { DataLoadError, DataOptionError } from './data-errors.ts'
import { fixtureNames } from './image-fixtures.ts'
import { ImageLoader, type ImageLoaderOptions, type ImageSource } from './image-loader.ts'
import { SeededRandom } from './seeded-random.ts'
import { ShuffleSampler } from './shuffle-sampler.ts'
import { cifarTrain, imagenetTrain } from './transform-presets.ts'

const COUNT = 100
const random = new SeededRandom(3)
const pixels: ImageSource = {
  kind: 'pixels',
  data: Uint8Array.from({ length: COUNT * 3 * 32 * 32 }, () => random.below(256)),
  height: 32,
  width: 32,
}
const labels = Int32Array.from({ length: COUNT }, (_, i) => i % 7)
const files: ImageSource = { kind: 'files', root: join(import.meta.dirname, 'fixtures'), paths: fixtureNames }
const fileLabels = Int32Array.from(fixtureNames, (_, i) => i)

const small: ImageLoaderOptions = { images: pixels, labels, transforms: cifarTrain(), batchSize: 16, seed: 9 }

interface Seen {
  images: number[]
  labels: number[]
  indices: number[]
  shape: readonly number[]
  step: number
}

async function collect(loader: ImageLoader, epoch: number, fromStep = 0): Promise<Seen[]> {
  const seen: Seen[] = []
  for await (const batch of loader.epoch(epoch, { fromStep })) {
    seen.push({
      images: [...(batch.images.toArray() as Float32Array)],
      labels: [...(batch.labels.toArray() as BigInt64Array)].map(Number),
      indices: [...batch.indices],
      shape: batch.images.shape,
      step: batch.step,
    })
    batch.dispose()
  }
  return seen
}

test('batches are identical for 1, 2, 3 and 8 workers and any prefetch, from memory and from files', async () => {
  const fromFiles = {
    images: files,
    labels: fileLabels,
    transforms: imagenetTrain(20),
    batchSize: 8,
    seed: 4,
  }
  for (const options of [small, fromFiles]) {
    const sampler = new ShuffleSampler({ size: options.labels.length, seed: 1 })
    const reference = await collect(new ImageLoader({ ...options, sampler, workers: 1, prefetch: 0 }), 2)
    for (const [workers, prefetch] of [
      [1, 3],
      [2, 0],
      [2, 2],
      [3, 1],
      [8, 50],
    ] as const) {
      const found = await collect(new ImageLoader({ ...options, sampler, workers, prefetch }), 2)
      assert.deepEqual(found, reference)
    }
  }
})

test('an epoch begun at a later step has exactly the batches of the undisturbed one', async () => {
  const sampler = new ClassAwareSampler({ labels, perClass: 4, seed: 1 })
  const loader = new ImageLoader({ ...small, sampler })
  const whole = await collect(loader, 3)
  assert.equal(whole.length, 7)
  for (const fromStep of [1, 5, 6])
    assert.deepEqual(await collect(loader, 3, fromStep), whole.slice(fromStep))
  assert.deepEqual(await collect(loader, 3, 7), [])
})

test('epochs and seeds change the random transforms', async () => {
  const first = await collect(new ImageLoader(small), 0)
  assert.notDeepEqual((await collect(new ImageLoader(small), 1))[0]!.images, first[0]!.images)
  assert.notDeepEqual(
    (await collect(new ImageLoader({ ...small, seed: 10 }), 0))[0]!.images,
    first[0]!.images,
  )
})

test('two ranks make together what one process makes', async () => {
  const whole = await collect(new ImageLoader({ ...small, batchSize: 20 }), 1)
  const area = 3 * 32 * 32
  const wanted = new Map<number, number[]>()
  for (const batch of whole) {
    for (const [i, index] of batch.indices.entries()) {
      wanted.set(index, batch.images.slice(i * area, (i + 1) * area))
    }
  }
  for (const rank of [0, 1]) {
    for (const batch of await collect(new ImageLoader({ ...small, batchSize: 10, rank, worldSize: 2 }), 1)) {
      batch.indices.forEach((index, i) => {
        assert.deepEqual(batch.images.slice(i * area, (i + 1) * area), wanted.get(index))
        wanted.delete(index)
      })
    }
  }
  assert.equal(wanted.size, 0)
})

test('labels, shapes and the short last batch are right', async () => {
  const loader = new ImageLoader(small)
  assert.equal(loader.stepsPerEpoch, 7)
  assert.deepEqual(loader.imageSize, [32, 32])
  const seen = await collect(loader, 0)
  assert.deepEqual(
    seen.map((batch) => batch.shape[0]),
    [16, 16, 16, 16, 16, 16, 4],
  )
  assert.deepEqual(
    seen.flatMap((batch) => batch.indices),
    Array.from({ length: COUNT }, (_, i) => i),
  )
  for (const batch of seen)
    assert.deepEqual(
      batch.labels,
      batch.indices.map((index) => labels[index]),
    )
  const full = new ImageLoader({ ...small, dropLast: true })
  assert.equal(full.stepsPerEpoch, 6)
  assert.deepEqual(await collect(full, 0), seen.slice(0, 6))
})

test('channels-last batches hold the same values in the other order of memory', async () => {
  const plain = await collect(new ImageLoader(small), 0)
  assert.deepEqual(await collect(new ImageLoader({ ...small, memoryFormat: 'channels_last' }), 0), plain)
})

test('a batch larger than the data is one short batch, or an error that names both sizes with dropLast', async () => {
  const seen = await collect(new ImageLoader({ ...small, batchSize: 128 }), 0)
  assert.deepEqual(
    seen.map((batch) => batch.shape[0]),
    [COUNT],
  )
  assert.throws(
    () => new ImageLoader({ ...small, batchSize: 128, dropLast: true }),
    /batchSize: 100 images in an epoch, fewer than one batch of 128.*got 128/,
  )
})

test('no images: no batches', async () => {
  const empty: ImageSource = { kind: 'files', root: '.', paths: [] }
  const loader = new ImageLoader({ ...small, images: empty, labels: new Int32Array(0) })
  assert.equal(loader.stepsPerEpoch, 0)
  assert.deepEqual(await collect(loader, 0), [])
})

test('labels or pixels that do not fit are refused', () => {
  assert.throws(
    () => new ImageLoader({ ...small, labels: new Int32Array(3) }),
    /one label for each of 100 images, got 3/,
  )
  const odd: ImageSource = { ...pixels, data: pixels.data.subarray(1) }
  assert.throws(() => new ImageLoader({ ...small, images: odd }), /multiple of 3 x 32 x 32 bytes/)
})

test('a sampler that leaves the data set is refused', async () => {
  const sampler = new ShuffleSampler({ size: COUNT + 50, seed: 0 })
  await assert.rejects(collect(new ImageLoader({ ...small, sampler }), 0), DataOptionError)
})

test('a corrupt file rejects its own batch with its path, after the batches before it were delivered', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'loader-'))
  after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'broken.jpg'), 'not an image')
  const good = join(import.meta.dirname, 'fixtures', 'colour.jpg') // an absolute path stands for itself
  const paths = [good, good, good, good, good, 'broken.jpg', good, good]
  const loader = new ImageLoader({
    images: { kind: 'files', root: folder, paths },
    labels: new Int32Array(8),
    transforms: [{ kind: 'resize', size: 8 }],
    batchSize: 2,
    prefetch: 3,
  })
  const before = liveTensors()
  let delivered = 0
  const run = async () => {
    for await (const batch of loader.epoch(0)) {
      delivered++
      batch.dispose()
    }
  }
  await assert.rejects(run(), (error) => {
    assert.ok(error instanceof DataLoadError)
    assert.equal(error.file, join(folder, 'broken.jpg'))
    assert.equal(error.fault, 'format')
    assert.equal(error.index, 5)
    return true
  })
  assert.equal(delivered, 2)
  assert.equal(liveTensors(), before)
})

test('leaving an epoch early frees what was made ahead', async () => {
  const before = liveTensors()
  for await (const batch of new ImageLoader({ ...small, prefetch: 4 }).epoch(0)) {
    using _ = batch
    break
  }
  assert.equal(liveTensors(), before)
})

test('the memory of a large batch is taken again, in another layout too, and holds only the new images', async () => {
  const [count, size, batchSize] = [192, 32, 64]
  const data = Uint8Array.from({ length: count * size * size * 3 }, (_, i) => (i * 2654435761) >>> 24)
  // 38.5 MB a batch: more than the C library keeps.
  const loader = (memoryFormat: 'contiguous_format' | 'channels_last') =>
    new ImageLoader({
      images: { kind: 'pixels', data, height: size, width: size },
      labels: new Int32Array(count),
      transforms: [{ kind: 'resize', size: 224 }],
      batchSize,
      memoryFormat,
    })
  const means = async (from: ImageLoader): Promise<number[]> => {
    const found: number[] = []
    for await (const batch of from.epoch(0)) {
      found.push(scope(() => batch.images.mean().item()))
      batch.dispose()
    }
    return found
  }
  const [planar, interleaved] = [loader('contiguous_format'), loader('channels_last')]
  const expected = await means(planar)
  assert.equal(new Set(expected).size, count / batchSize)
  const before = process.resourceUsage().minorPageFault
  for (let epoch = 0; epoch < 3; epoch++) {
    assert.deepEqual(await means(planar), expected)
    for (const [i, mean] of (await means(interleaved)).entries())
      assert.ok(Math.abs(mean - expected[i]!) < 1e-6)
  }
  const pages = (batchSize * 3 * 224 * 224 * 4) / 4096
  const faults = process.resourceUsage().minorPageFault - before
  assert.ok(faults < 6 * pages, `${faults} page faults for 18 batches of ${pages} pages`)
})
