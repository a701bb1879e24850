import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError } from '../errors.ts'
import { classCounts, pixelsOf } from './dataset.ts'
import { type Concepts, nameOf, sharedConcepts } from './generated/concepts.ts'
import { type GeneratedOptions, type GeneratedSet, generateDataset } from './generated.ts'
import { exponentialCounts } from './long-tail.ts'

const SMALL: GeneratedOptions = {
  seed: 7,
  knownClasses: 12,
  openClasses: 4,
  openValidationClasses: 3,
  maxPerClass: 9,
  minPerClass: 1,
  validationPerClass: 2,
  testPerClass: 3,
  openPerClass: 2,
  openValidationPerClass: 2,
}
const small = generateDataset(SMALL)
const SETS = ['train', 'validation', 'test', 'open', 'openValidation'] as const

function pixels(set: GeneratedSet): Uint8Array {
  assert.equal(set.images.kind, 'pixels')
  return set.images.kind === 'pixels' ? set.images.data : new Uint8Array()
}

function sha256(splits: Record<(typeof SETS)[number], GeneratedSet>): string {
  const hash = createHash('sha256')
  for (const name of SETS) hash.update(pixels(splits[name])).update(JSON.stringify([...splits[name].labels]))
  return hash.digest('hex')
}

/** The images of a set as strings that are equal exactly when the pixels are. */
function fingerprints(set: GeneratedSet): string[] {
  const { images } = set
  if (images.kind !== 'pixels') return []
  return Array.from(set.labels, (_, i) => createHash('sha256').update(pixelsOf(images, i)).digest('hex'))
}

test('the same seed draws the same bytes on every machine', () => {
  assert.equal(sha256(small), 'b2e982651c829322cc2c1b3ac482d55a2826192d04a73c49b0132360a9db0c92')
})

test('another seed draws other images of the same classes', () => {
  const other = generateDataset({ ...SMALL, seed: 8 })
  assert.deepEqual(other.classes, small.classes)
  const seen = new Set(fingerprints(small.train))
  for (const image of fingerprints(other.train)) assert.ok(!seen.has(image))
})

test('an image is the same however many others are drawn', () => {
  const more = generateDataset({ ...SMALL, maxPerClass: 20, minPerClass: 5, testPerClass: 1 })
  const of = (set: GeneratedSet, label: number) => fingerprints(set).filter((_, i) => set.labels[i] === label)
  for (let label = 0; label < 12; label++) {
    const few = of(small.train, label)
    assert.deepEqual(of(more.train, label).slice(0, few.length), few)
    assert.deepEqual(of(small.test, label).slice(0, 1), of(more.test, label))
  }
})

test('every image tells the concepts of its own class', () => {
  for (const name of ['train', 'validation', 'test'] as const) {
    const set = small[name]
    set.attributes.forEach((attributes, i) => {
      assert.equal(attributes.className, set.classNames[set.labels[i]])
      assert.equal(nameOf(attributes), attributes.className)
    })
  }
  const openNames = new Set(small.classes.open.map(nameOf))
  for (const attributes of small.open.attributes) assert.ok(openNames.has(attributes.className))
  assert.equal(small.train.attributes.length, small.train.labels.length)
})

test('no image occurs twice, within a split or across splits', () => {
  const all = SETS.flatMap((name) => fingerprints(small[name]))
  assert.equal(new Set(all).size, all.length)
})

test('training counts follow the exponential profile and the other splits are balanced', () => {
  assert.deepEqual([...classCounts(small.train)], [...exponentialCounts(12, 9, 9)])
  assert.deepEqual([...classCounts(small.validation)], Array(12).fill(2))
  assert.deepEqual([...classCounts(small.test)], Array(12).fill(3))
  assert.equal(small.open.labels.length, 8)
  assert.equal(small.openValidation.labels.length, 6)
})

test('labels are known classes where the class is known and -1 where it is not', () => {
  for (const name of ['train', 'validation', 'test'] as const) {
    for (const label of small[name].labels) assert.ok(label >= 0 && label < 12)
  }
  for (const name of ['open', 'openValidation'] as const) {
    for (const label of small[name].labels) assert.equal(label, -1)
  }
})

test('known, open and open-validation classes are all different combinations', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 150 }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 40 }),
      (knownClasses, openClasses, openValidationClasses) => {
        const { classes } = generateDataset({
          knownClasses,
          openClasses,
          openValidationClasses,
          maxPerClass: 1,
          minPerClass: 1,
          validationPerClass: 0,
          testPerClass: 0,
          openPerClass: 0,
          openValidationPerClass: 0,
          size: 16,
        })
        const names = [...classes.known, ...classes.open, ...classes.openValidation].map(nameOf)
        assert.equal(names.length, knownClasses + openClasses + openValidationClasses)
        assert.equal(new Set(names).size, names.length)
      },
    ),
    { numRuns: 25 },
  )
})

test('tail and open classes recombine concepts of the head classes', () => {
  const { classes } = generateDataset({
    ...SMALL,
    knownClasses: 60,
    openClasses: 15,
    maxPerClass: 1,
    minPerClass: 1,
  })
  const heads = classes.known.slice(0, classes.heads)
  for (const kind of ['texture', 'colour', 'shape', 'part'] as const) {
    const shown = new Set<string>(heads.map((head) => head[kind]))
    for (const other of [...classes.known.slice(classes.heads), ...classes.open, ...classes.openValidation]) {
      assert.ok(shown.has(other[kind]), `${nameOf(other)}: no head class shows ${other[kind]}`)
    }
  }
  // Heads lie apart; a third of the tail is one concept away from a head, and so are some of the open classes.
  heads.forEach((head, i) => {
    for (const other of heads.slice(i + 1)) assert.ok(sharedConcepts(head, other) <= 1)
  })
  const nearest = (other: Concepts) => Math.max(...heads.map((head) => sharedConcepts(head, other)))
  const tail = classes.known.slice(classes.heads).map(nearest)
  const open = classes.open.map(nearest)
  assert.ok(tail.every((shared) => shared >= 1) && open.every((shared) => shared >= 1))
  assert.ok(tail.filter((shared) => shared === 3).length >= tail.length / 3)
  assert.ok(open.filter((shared) => shared === 3).length >= open.length / 3)
})

test('attributes stay in their ranges and the occluder hides part of a body, not all bodies', () => {
  const { attributes } = generateDataset({ ...SMALL, maxPerClass: 40, minPerClass: 20 }).train
  assert.ok(attributes.some((a) => a.occluded > 0.05) && attributes.some((a) => a.occluded === 0))
  for (const a of attributes) assert.ok(a.occluded >= 0 && a.occluded <= 1 && a.noise > 0 && a.gain > 0)
})

test('the same scene at twice the size is the same picture, finer', () => {
  const coarse = pixels(generateDataset({ ...SMALL, size: 32 }).test)
  const fine = pixels(generateDataset({ ...SMALL, size: 64 }).test)
  let difference = 0
  for (let i = 0; i < coarse.length; i++) {
    const [plane, row, column] = [Math.floor(i / 1024), Math.floor(i / 32) % 32, i % 32]
    const at = plane * 4096 + row * 2 * 64 + column * 2
    difference += Math.abs(coarse[i] - (fine[at] + fine[at + 1] + fine[at + 64] + fine[at + 65]) / 4)
  }
  assert.ok(difference / coarse.length < 16, `mean difference ${difference / coarse.length} of 255`)
})

test('options out of range are refused with the option named', () => {
  for (const [options, path] of [
    [{ size: 8 }, 'generated.size'],
    [{ seed: -1 }, 'generated.seed'],
    [{ seed: 0.5 }, 'generated.seed'],
    [{ knownClasses: 1 }, 'generated.knownClasses'],
    [{ knownClasses: 700, openClasses: 60 }, 'generated.openClasses'],
    [{ maxPerClass: 3, minPerClass: 4 }, 'generated.minPerClass'],
    [{ testPerClass: Number.NaN }, 'generated.testPerClass'],
  ] as const) {
    assert.throws(
      () => generateDataset(options),
      (error) => error instanceof ConfigError && error.path === path,
    )
  }
})
