import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { NumpyArray, numpyConstructors } from './numpy-arrays.ts'
import { decodePickle } from './pickle.ts'

const fixtures = path.join(import.meta.dirname, 'fixtures')

function load(name: string): unknown {
  return decodePickle(fs.readFileSync(path.join(fixtures, name)), { file: name, known: numpyConstructors })
    .value
}

test('arrays in every protocol, byte order and memory order are read as NumPy has them', () => {
  const { arrays } = JSON.parse(fs.readFileSync(path.join(fixtures, 'expected.json'), 'utf8')) as {
    arrays: Record<string, { dtype: string; shape: number[]; bytes: string }>
  }
  assert.ok(Object.keys(arrays).length >= 7)
  for (let protocol = 0; protocol <= 5; protocol++) {
    const value = load(`arrays-${protocol}.pkl`) as Map<string, unknown>
    for (const [name, expected] of Object.entries(arrays)) {
      const array = value.get(name)
      assert.ok(array instanceof NumpyArray, name)
      assert.deepEqual(
        { dtype: array.dtype, shape: array.shape, bytes: Buffer.from(array.data).toString('hex') },
        expected,
        `${name}, protocol ${protocol}`,
      )
    }
    assert.equal(value.get('scalar'), 0.5)
    assert.equal(value.get('int'), 2n ** 60n)
    assert.equal(value.get('flag'), true)
  }
})

test("the layout of the published CIFAR archives, Python 2's, is read", () => {
  const value = load('python2-cifar.pkl') as Map<string, unknown>
  const data = value.get('data') as NumpyArray
  assert.deepEqual(data.shape, [2, 12])
  assert.equal(data.dtype, 'uint8')
  assert.deepEqual(
    [...data.data],
    Array.from({ length: 24 }, (_, i) => (i * 7) % 256),
  )
  assert.deepEqual(value.get('fine_labels'), [7, 99])
  assert.deepEqual(value.get('filenames'), ['a_s_000001.png', 'café.png'])
  assert.equal(value.get('batch_label'), 'training batch 1 of 1')
})

test('arrays of Python objects and of records are refused', () => {
  assert.throws(() => load('objects.pkl'), /array of Python objects is not read/)
  assert.throws(() => load('records.pkl'), /arrays of records/)
})

test('an array whose bytes do not fit its shape is refused', () => {
  const bytes = fs.readFileSync(path.join(fixtures, 'python2-cifar.pkl'))
  // BININT1 2, BININT1 12: the shape.
  const at = bytes.indexOf(Buffer.from([0x4b, 2, 0x4b, 12]))
  bytes[at + 1] = 3
  assert.throws(
    () => decodePickle(bytes, { known: numpyConstructors }),
    /shape \[3,12\] of uint8 does not have the bytes/,
  )
})
