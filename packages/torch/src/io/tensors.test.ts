import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { FormatError, WriteError } from '../errors.ts'
import { liveTensors, ops, scope, type Tensor, tensor } from '../index.ts'
import {
  loadStateDict,
  loadTensors,
  saveTensors,
  tensorFromData,
  tensorToData,
  writeSafetensors,
} from './index.ts'

function fixture(name: string): string {
  return path.join(import.meta.dirname, 'fixtures', name)
}

function folder(t: TestContext): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'tensors-'))
  t.after(() => fs.rmSync(made, { recursive: true, force: true }))
  return made
}

function sameBits(a: Tensor, b: Tensor, name: string): void {
  assert.equal(a.dtype, b.dtype, name)
  assert.deepEqual(a.shape, b.shape, name)
  assert.deepEqual(tensorToData(a).data, tensorToData(b).data, name)
}

test('saved tensors are loaded bit for bit, in every element type and memory layout', (t) => {
  const file = path.join(folder(t), 'a.safetensors')
  scope(() => {
    const grid = tensor([
      [1, 2, 3],
      [Number.NaN, -0, Number.POSITIVE_INFINITY],
    ])
    const given = new Map<string, Tensor>([
      ['grid', grid],
      ['transposed', grid.t()],
      ['expanded', tensor([[1], [2]]).expand([2, 3])],
      ['image', ops.rand([2, 3, 4, 5]).to({ memoryFormat: 'channels_last' })],
      ['scalar', tensor(2.5)],
      ['empty', ops.zeros([0, 3])],
      ['trained', tensor([1, 2], { requiresGrad: true })],
    ])
    for (const dtype of [
      'float64',
      'float16',
      'bfloat16',
      'int64',
      'int32',
      'int16',
      'int8',
      'uint8',
      'bool',
    ] as const)
      given.set(dtype, tensor([0, 1, 1], { dtype }))
    const sha256 = saveTensors(file, given, { epoch: '3' })
    const loaded = loadTensors(file, { requireChecksum: true })
    assert.equal(loaded.sha256, sha256)
    assert.deepEqual(loaded.metadata, { epoch: '3' })
    assert.deepEqual([...loaded.tensors.keys()], [...given.keys()])
    for (const [name, one] of given) sameBits(loaded.tensors.get(name)!, one, name)
    assert.equal(loaded.tensors.get('trained')!.requiresGrad, false)
  })
})

test('loading and saving leave no tensor behind, failed loading neither', (t) => {
  const file = path.join(folder(t), 'a.safetensors')
  const before = liveTensors()
  scope(() => void saveTensors(file, loadStateDict(fixture('zip.pth'))))
  assert.equal(liveTensors(), before)
  const u16 = { dtype: 'uint16', shape: [1], data: new Uint8Array(2) }
  writeSafetensors(
    file,
    new Map([
      ['ok', { dtype: 'uint8', shape: [1], data: new Uint8Array(1) }],
      ['bad', u16],
    ]),
  )
  assert.throws(() => loadTensors(file), /a\.safetensors: tensor "bad" is uint16, which cannot be loaded/)
  assert.equal(liveTensors(), before)
})

test('a loaded tensor has memory of its own', (t) => {
  const file = path.join(folder(t), 'a.safetensors')
  scope(() => {
    saveTensors(file, new Map([['x', tensor([1, 2])]]))
    const first = loadTensors(file).tensors.get('x')!
    first.add_(1)
    assert.deepEqual(loadTensors(file).tensors.get('x')!.tolist(), [1, 2])
    assert.deepEqual(first.tolist(), [2, 3])
  })
})

test('bytes that are no booleans are refused', () => {
  const data = { dtype: 'bool', shape: [2], data: new Uint8Array([1, 2]) }
  assert.throws(
    () => tensorFromData(data, { file: 'f', name: 'mask' }),
    /f: tensor "mask" is bool, but has bytes/,
  )
})

test('a state dict is loaded from every kind of file, whatever its name says', (t) => {
  const made = folder(t)
  scope(() => {
    const zip = loadStateDict(fixture('zip.pth'))
    const old = loadStateDict(fixture('legacy.pth'))
    assert.deepEqual(zip.get('transposed')!.tolist(), zip.get('contiguous')!.t().tolist())
    const renamed = path.join(made, 'weights.pth')
    saveTensors(renamed, zip)
    const own = loadStateDict(renamed)
    assert.equal(own.size, zip.size)
    for (const [name, one] of zip) {
      sameBits(old.get(name)!, one, name)
      sameBits(own.get(name)!, one, name)
    }
  })
})

test('key and prefix choose tensors in safetensors files as in others', (t) => {
  const file = path.join(folder(t), 'a.safetensors')
  scope(() => {
    saveTensors(
      file,
      new Map([
        ['model.module.w', tensor(1)],
        ['model.b', tensor(2)],
        ['other.w', tensor(3)],
      ]),
    )
    const found = loadStateDict(file, { key: 'model', stripPrefix: 'module.' })
    assert.deepEqual(
      [...found].map(([name, one]) => [name, one.item()]),
      [
        ['w', 1],
        ['b', 2],
      ],
    )
    assert.throws(() => loadStateDict(file, { key: 'none' }), /has no "none"/)
    saveTensors(
      file,
      new Map([
        ['module.w', tensor(1)],
        ['w', tensor(2)],
      ]),
    )
    assert.throws(() => loadStateDict(file, { stripPrefix: 'module.' }), /two tensors are named "w"/)
  })
})

test('files that are neither are refused', (t) => {
  const file = path.join(folder(t), 'a')
  fs.writeFileSync(file, 'neither one nor the other')
  assert.throws(() => loadStateDict(file), FormatError)
  fs.writeFileSync(file, '')
  assert.throws(() => loadStateDict(file), FormatError)
})

test('a full disk while saving leaves the tensors saved before', (t) => {
  const made = folder(t)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', made]).status !== 0)
    return t.skip('SKIPPED: mounting a small file system needs root')
  try {
    const file = path.join(made, 'a.safetensors')
    scope(() => {
      saveTensors(file, new Map([['x', tensor([1, 2])]]))
      assert.throws(
        () => saveTensors(file, new Map([['x', ops.zeros([1 << 19])]])),
        (e) => e instanceof WriteError && e.code === 'ENOSPC' && /2\.1 MB needed/.test(e.message),
      )
      assert.deepEqual(loadTensors(file, { requireChecksum: true }).tensors.get('x')!.tolist(), [1, 2])
    })
    assert.deepEqual(fs.readdirSync(made), ['a.safetensors'])
  } finally {
    spawnSync('umount', [made])
  }
})
