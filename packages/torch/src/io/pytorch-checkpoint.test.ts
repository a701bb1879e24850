import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { FormatError } from '../errors.ts'
import { decodePyTorchCheckpoint, readPyTorchCheckpoint } from './pytorch-checkpoint.ts'

function fixture(name: string): string {
  return path.join(import.meta.dirname, 'fixtures', name)
}

const { tensors } = JSON.parse(fs.readFileSync(fixture('expected.json'), 'utf8')) as {
  tensors: Record<string, { dtype: string; shape: number[]; bytes: string }>
}

for (const name of ['zip.pth', 'legacy.pth'])
  test(`${name}: every element type and memory layout is read as PyTorch has it, in order`, () => {
    const state = readPyTorchCheckpoint(fixture(name))
    assert.equal(state.size, 20)
    for (const [key, expected] of Object.entries(tensors)) {
      const { dtype, shape, data } = state.get(key)!
      assert.deepEqual({ dtype, shape, bytes: Buffer.from(data).toString('hex') }, expected, key)
    }
    assert.deepEqual([...state.keys()].slice(0, 3), ['contiguous', 'transposed', 'sliced'])
  })

test('a state dict is found in what scripts save around it, and prefixes go when told', () => {
  assert.deepEqual(
    [...readPyTorchCheckpoint(fixture('wrapped.pth')).keys()],
    ['module.fc.weight', 'module.fc.bias'],
  )
  const stripped = readPyTorchCheckpoint(fixture('wrapped.pth'), { stripPrefix: 'module.' })
  assert.deepEqual([...stripped.keys()], ['fc.weight', 'fc.bias'])
  assert.deepEqual(stripped.get('fc.weight')!.shape, [1, 2])
})

test('state dicts of several networks are joined, and one is chosen by key', () => {
  const all = readPyTorchCheckpoint(fixture('nested.pth'))
  assert.deepEqual(
    [...all.keys()],
    ['feat_model.module.fc.weight', 'feat_model.module.fc.bias', 'classifier.fc.weight'],
  )
  const one = readPyTorchCheckpoint(fixture('nested.pth'), {
    key: 'state_dict_best.feat_model',
    stripPrefix: 'module.',
  })
  assert.deepEqual([...one.keys()], ['fc.weight', 'fc.bias'])
})

test('a key that is not there is an error that names those that are', () => {
  for (const key of ['weights', 'state_dict_best.head', 'state_dict_best.feat_model.module.fc.weight.x'])
    assert.throws(
      () => readPyTorchCheckpoint(fixture('nested.pth'), { key }),
      (e) => e instanceof FormatError && /has no .*"epoch", "state_dict_best", "centroids"/.test(e.message),
    )
  assert.throws(
    () => readPyTorchCheckpoint(fixture('nested.pth'), { key: 'epoch' }),
    /"epoch" is no dictionary/,
  )
})

test('two names that become one by stripping are refused', () => {
  assert.equal(readPyTorchCheckpoint(fixture('clash.pth')).size, 2)
  assert.throws(
    () => readPyTorchCheckpoint(fixture('clash.pth'), { stripPrefix: 'module.' }),
    /clash\.pth: two tensors are named "w"/,
  )
})

test('whole models, sparse and quantised tensors are refused, saying what to save', () => {
  const refused = (name: string, message: RegExp) =>
    assert.throws(
      () => readPyTorchCheckpoint(fixture(name)),
      (e) => e instanceof FormatError && message.test(e.message),
    )
  refused(
    'whole-model.pth',
    /pickled object of class torch\.nn\.modules\.linear\.Linear.*model\.state_dict\(\)/,
  )
  refused('sparse.pth', /"weight" is of a kind that is not read \(torch\._utils\._rebuild_sparse_tensor\)/)
  refused('quantised.pth', /QInt8Storage are not read/)
  refused('missing.pth', /does not exist/)
})

test('a wrong byte in the contents of an archive is refused', () => {
  const bytes = fs.readFileSync(fixture('zip.pth'))
  const weights = bytes.indexOf(Buffer.from(tensors.contiguous.bytes, 'hex'))
  assert.ok(weights > 0)
  bytes[weights + 3] ^= 0x40
  assert.throws(() => decodePyTorchCheckpoint(bytes, 'file'), /CRC-32: the archive is damaged/)
})
