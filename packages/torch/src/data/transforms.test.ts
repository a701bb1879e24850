import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DataOptionError } from './data-errors.ts'
import { loadImages } from './decode-image.ts'
import { expected, fixturePath, largestDifference, toPixels } from './image-fixtures.ts'
import * as presets from './transform-presets.ts'
import { completeTransforms, outputSize, type Transform } from './transforms.ts'

const noise = fixturePath('noise.png') // 57 x 43

async function transformed(path: string, transforms: Transform[], seed = 0) {
  using batch = await loadImages([path], transforms, { seed })
  return toPixels(batch)
}

for (const [height, width] of [
  [11, 13],
  [43, 20],
  [9, 57],
  [1, 1],
  [47, 62],
] as const) {
  test(`resizing 43x57 to ${height}x${width} agrees with Pillow to the last bit`, async () => {
    const made = await transformed(noise, [{ kind: 'resize', size: [height, width] }])
    assert.equal(largestDifference(made, expected(`resize ${height}x${width}`)), 0)
  })
}

test('resizing agrees with the weighted mean in floating point within one level', async () => {
  const source = expected('colour.png')
  for (const [height, width] of [
    [5, 7],
    [16, 9],
    [31, 40],
  ] as const) {
    const made = await transformed(fixturePath('colour.png'), [{ kind: 'resize', size: [height, width] }])
    const reference = floatResize(source.data, source.height, source.width, height, width)
    for (let i = 0; i < reference.length; i++) {
      assert.ok(Math.abs(made.data[i]! - reference[i]!) <= 1.01, `${height}x${width} at ${i}`)
    }
  }
})

test('shorter side then centre crop is the same pixels as doing the two one after the other', async () => {
  const made = await transformed(noise, [
    { kind: 'resizeShorter', size: 20 },
    { kind: 'centerCrop', size: 16 },
  ])
  assert.equal(largestDifference(made, expected('shorter 20 centre 16')), 0)
})

test('a large JPEG made small is within 2 levels of Pillow, though it is decoded small', async () => {
  const made = await transformed(fixturePath('large.jpg'), [{ kind: 'resize', size: [24, 32] }])
  assert.ok(largestDifference(made, expected('large 24x32')) <= 2)
})

test('the training transforms agree with Pillow when given the same random numbers', async () => {
  const seed = 2 ** 40 + 5
  const recipes: [string, Transform[], number][] = [
    // One level: a factor is a float here and a double in Pillow's Python.
    ['imagenet', presets.imagenetTrain(16).slice(0, 3), 1],
    [
      'cifar',
      [
        { kind: 'resize', size: 16 },
        { kind: 'randomCrop', size: 16, padding: 4 },
        { kind: 'horizontalFlip', probability: 0.5 },
        { kind: 'rotation', degrees: 15 },
      ],
      0,
    ],
  ]
  for (const [name, transforms, tolerance] of recipes) {
    using batch = await loadImages([noise, noise, noise, noise], transforms, { seed })
    for (let i = 0; i < 4; i++) {
      const difference = largestDifference(toPixels(batch, i), expected(`${name} ${i}`))
      assert.ok(difference <= tolerance, `${name} ${i}: ${difference}`)
    }
  }
})

test('normalize is (x / 255 - mean) / std per colour, in either memory format', async () => {
  const mean = [0.5, 0.4, 0.3] as const
  const std = [0.25, 0.2, 0.1] as const
  const plain = expected('colour.png')
  for (const memoryFormat of ['contiguous_format', 'channels_last'] as const) {
    const transforms: Transform[] = [
      { kind: 'centerCrop', size: [16, 24] },
      { kind: 'normalize', mean, std },
    ]
    using batch = await loadImages([fixturePath('colour.png')], transforms, { memoryFormat })
    assert.deepEqual(batch.shape, [1, 3, 16, 24])
    const values = batch.toArray() as Float32Array
    for (let c = 0; c < 3; c++) {
      for (let p = 0; p < 16 * 24; p++) {
        const value = (plain.data[p * 3 + c]! / 255 - mean[c]!) / std[c]!
        assert.ok(Math.abs(values[c * 16 * 24 + p]! - value) < 1e-5)
      }
    }
  }
})

test('a centre crop larger than the image is framed in black', async () => {
  const made = await transformed(fixturePath('colour.png'), [{ kind: 'centerCrop', size: [20, 30] }])
  const inner = expected('colour.png')
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 30; x++) {
      const inside = y >= 2 && y < 18 && x >= 3 && x < 27
      for (let c = 0; c < 3; c++) {
        const want = inside ? inner.data[((y - 2) * 24 + x - 3) * 3 + c]! : 0
        assert.equal(made.data[(y * 30 + x) * 3 + c], want)
      }
    }
  }
})

test('cutout sets one square to zero and nothing else', async () => {
  const transforms: Transform[] = [
    { kind: 'centerCrop', size: 16 },
    { kind: 'normalize', mean: [2, 2, 2], std: [1, 1, 1] }, // never zero by itself
  ]
  const paths = Array.from({ length: 20 }, () => noise)
  using whole = await loadImages(paths, transforms)
  const a = whole.toArray() as Float32Array
  for (const memoryFormat of ['contiguous_format', 'channels_last'] as const) {
    using cut = await loadImages(paths, [...transforms, { kind: 'cutout', size: 6 }], { memoryFormat })
    const b = cut.toArray() as Float32Array
    for (let i = 0; i < 20; i++) {
      const zeros = new Set<number>()
      for (let p = 0; p < 256; p++) {
        for (let c = 0; c < 3; c++) {
          const at = (i * 3 + c) * 256 + p
          if (b[at] === 0) zeros.add(p)
          else assert.equal(b[at], a[at])
        }
      }
      const rows = new Set([...zeros].map((p) => p >> 4))
      const columns = new Set([...zeros].map((p) => p & 15))
      assert.equal(zeros.size, rows.size * columns.size)
      assert.ok(rows.size >= 3 && rows.size <= 6 && columns.size >= 3 && columns.size <= 6)
    }
  }
})

test('an image too small for a random crop is an error that says what to do', async () => {
  await assert.rejects(
    loadImages([fixturePath('colour.png')], [{ kind: 'randomCrop', size: 32, padding: 2 }]),
    /24x16 with 2 pixels of padding is smaller than the random crop of 32x32: put a resize before/,
  )
})

test('wrong transforms are refused with the entry and the value', () => {
  const wrong: [unknown, RegExp][] = [
    [{ kind: 'sharpen' }, /transforms\[0\]\.kind: expected the name of a transform, got "sharpen"/],
    [{ kind: 'resize', size: 0 }, /transforms\[0\]\.size: expected a number from 1/],
    [{ kind: 'resize', size: [8, 8.5] }, /whole pixels/],
    [{ kind: 'resize', size: [8] }, /\[height, width\]/],
    [{ kind: 'horizontalFlip', probability: 1.1 }, /transforms\[0\]\.probability/],
    [{ kind: 'randomResizedCrop', size: 8, scale: [0.5, 0.1] }, /low not above high/],
    [{ kind: 'normalize', mean: [0, 0, 0], std: [1, 0, 1] }, /transforms\[0\]\.std/],
    [{ kind: 'colorJitter', contrast: Number.NaN }, /transforms\[0\]\.contrast/],
  ]
  for (const [transform, message] of wrong) {
    assert.throws(
      () => completeTransforms([transform as Transform]),
      (error) => {
        assert.ok(error instanceof DataOptionError)
        assert.match(error.message, message)
        return true
      },
    )
  }
  const normalize: Transform = { kind: 'normalize', mean: [0, 0, 0], std: [1, 1, 1] }
  assert.throws(
    () => completeTransforms([normalize, { kind: 'resize', size: 8 }]),
    /nothing but cutout after/,
  )
  assert.throws(() => completeTransforms([{ kind: 'cutout', size: 8 }, normalize]), /cutout as the last/)
})

test('transforms that leave images of different sizes are refused, those that do not say the size', () => {
  assert.throws(() => outputSize([{ kind: 'resizeShorter', size: 8 }], null), /one size/)
  assert.throws(() => outputSize([], null), /one size/)
  assert.deepEqual(outputSize([], [5, 6]), [5, 6])
  assert.deepEqual(outputSize([{ kind: 'resizeShorter', size: 20 }], [43, 57]), [20, 26])
  assert.deepEqual(
    outputSize(
      [
        { kind: 'resizeShorter', size: 20 },
        { kind: 'centerCrop', size: [7, 9] },
      ],
      null,
    ),
    [7, 9],
  )
})

test('every preset is complete, stores as JSON, and ends in its size', () => {
  const lists: [Transform[], number][] = [
    [presets.imagenetTrain(), 224],
    [presets.imagenetEval(), 224],
    [presets.placesTrain(), 224],
    [presets.inaturalistTrain(), 224],
    [presets.inaturalistEval(), 224],
    [presets.cifarTrain(), 32],
    [presets.cifarTrain({ rotation: 15 }), 32],
    [presets.cifarEval(), 32],
    [presets.smallTrain(48), 48],
    [presets.smallEval(48), 48],
  ]
  for (const [list, size] of lists) {
    assert.deepEqual(JSON.parse(JSON.stringify(list)), list)
    assert.deepEqual(outputSize(list, [100, 120]), [size, size])
  }
  assert.equal((presets.imagenetEval()[0] as { size: number }).size, 256)
})

test('any sizes: the output has the size asked for and stays within the range of the input', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 70 }),
      fc.nat(1000),
      async (h, w, seed) => {
        for (const kind of ['resize', 'randomResizedCrop'] as const) {
          using batch = await loadImages([noise], [{ kind, size: [h, w] }], { seed })
          assert.deepEqual(batch.shape, [1, 3, h, w])
          const values = batch.toArray() as Float32Array
          assert.ok(values.every((x) => x >= 0 && x <= 1))
        }
      },
    ),
    { numRuns: 40 },
  )
})

/** The definition: each result pixel is the mean of the source under a triangle as wide as the shrinking factor. */
function floatResize(data: Uint8Array, fromH: number, fromW: number, toH: number, toW: number): Float64Array {
  const weights = (from: number, to: number) => {
    const scale = from / to
    const reach = Math.max(1, scale)
    return Array.from({ length: to }, (_, i) => {
      const raw = Array.from({ length: from }, (_, x) =>
        Math.max(0, 1 - Math.abs(x + 0.5 - (i + 0.5) * scale) / reach),
      )
      const total = raw.reduce((a, b) => a + b)
      return raw.map((w) => w / total)
    })
  }
  const rows = weights(fromH, toH)
  const columns = weights(fromW, toW)
  const out = new Float64Array(toH * toW * 3)
  for (let y = 0; y < toH; y++) {
    for (let x = 0; x < toW; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0
        for (let v = 0; v < fromH; v++) {
          for (let u = 0; u < fromW; u++)
            sum += rows[y]![v]! * columns[x]![u]! * data[(v * fromW + u) * 3 + c]!
        }
        out[(y * toW + x) * 3 + c] = sum
      }
    }
  }
  return out
}
