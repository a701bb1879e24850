import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, DataError } from '../errors.ts'
import type { Dataset } from './dataset.ts'
import { concatenate, holdOutClasses, mixedPool } from './open-split.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f']

test('roles never share a class, and known classes are renumbered in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.nat(2), fc.nat(99), (classes, validationClasses, seed) => {
      const roles = holdOutClasses(names, { classes, validationClasses, seed })
      assert.deepEqual([roles.open.length, roles.openValidation.length], [classes, validationClasses])
      const all = [...roles.known, ...roles.open, ...roles.openValidation].sort((a, b) => a - b)
      assert.deepEqual(all, [0, 1, 2, 3, 4, 5])
      for (const [label, old] of roles.known.entries()) assert.equal(roles.newLabels[old], label)
      for (const old of [...roles.open, ...roles.openValidation]) assert.equal(roles.newLabels[old], -1)
    }),
  )
})

test('classes can be named, and a drawn number leaves the named ones alone', () => {
  const roles = holdOutClasses(names, { classes: ['f', 'b'], seed: 0 })
  assert.deepEqual(roles.open, [1, 5])
  for (let seed = 0; seed < 20; seed++) {
    const drawn = holdOutClasses(names, { classes: 3, validationClasses: ['c', 'd'], seed })
    assert.deepEqual(drawn.openValidation, [2, 3])
    assert.ok(!drawn.open.includes(2) && !drawn.open.includes(3))
  }
})

test('a name that is not there, a class held out twice, and no class left are refused', () => {
  const held = (classes: number | string[], validationClasses?: number | string[]) =>
    holdOutClasses(names, { classes, validationClasses, seed: 0 })
  assert.throws(() => held(['ab']), /heldOut\.classes: .*did you mean "a"/)
  assert.throws(() => held(['a'], ['a']), /held out once/)
  assert.throws(() => held(6), ConfigError)
  assert.throws(() => held(7), /at least one of the 6 classes must stay known/)
  assert.throws(() => held(4, 2), ConfigError)
})

const pixels = (name: string, labels: number[], side = 1): Dataset => ({
  name,
  classNames: ['a', 'b'],
  labels: Int32Array.from(labels),
  images: {
    kind: 'pixels',
    data: Uint8Array.from(labels.flatMap((label) => Array(3 * side * side).fill(label + 10))),
    height: side,
    width: side,
  },
})
const files = (root: string, paths: string[]): Dataset => ({
  name: root,
  classNames: [],
  labels: new Int32Array(paths.length),
  images: { kind: 'files', root, paths },
})

test('a mixed pool holds known and unknown images, each with its own pixels', () => {
  const pool = mixedPool(pixels('known', [0, 1, 1]), pixels('other', [0, 0]), { seed: 1 })
  assert.deepEqual([...pool.labels].sort(), [-1, -1, 0, 1, 1])
  assert.deepEqual(pool.classNames, ['a', 'b'])
  const images = pool.images as { data: Uint8Array }
  for (const [i, label] of pool.labels.entries())
    assert.equal(images.data[3 * i], label < 0 ? 10 : label + 10)
  const limited = mixedPool(pixels('known', [0, 1, 1]), pixels('other', [0, 0]), {
    seed: 1,
    known: 1,
    open: 1,
  })
  assert.equal(limited.labels.length, 2)
})

test('files of different folders are joined below the first', () => {
  const both = concatenate(files('/data/one', ['x.png']), files('/data/two', ['y.png']), 'both')
  assert.deepEqual(both.images, { kind: 'files', root: '/data/one', paths: ['x.png', '../two/y.png'] })
})

test('pixels and files, or two sizes, are not joined', () => {
  assert.throws(() => concatenate(pixels('p', [0]), files('f', ['x']), 'both'), DataError)
  assert.throws(
    () => concatenate(pixels('p', [0]), pixels('q', [0], 2), 'both'),
    /pixels of 1x1.*pixels of 2x2/,
  )
})
