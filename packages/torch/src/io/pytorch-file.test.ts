import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { FormatError } from '../errors.ts'
import { PickleGlobal, PickleObject } from './pickle-values.ts'
import { decodePyTorchFile, readPyTorchFile } from './pytorch-file.ts'
import { TorchTensor } from './pytorch-tensors.ts'

function fixture(name: string): string {
  return path.join(import.meta.dirname, 'fixtures', name)
}

// A file of the format before 1.6 with a state dict of one float tensor [3], the tensor's offset, shape, strides and
// storage as given. Protocol 0 text keeps it readable; it is what a hostile writer could write too.
interface Legacy {
  length?: number
  offset?: number
  shape?: number[]
  strides?: number[]
  view?: [number, number]
  keys?: string
  stored?: bigint
  littleEndian?: boolean
  type?: string
}

function legacy(given: Legacy = {}): Buffer {
  const {
    length = 6,
    offset = 0,
    shape = [3],
    strides = [1],
    view,
    keys = "S'k'\na",
    stored,
    type = 'FloatStorage',
  } = given
  const tuple = (numbers: number[]) => `(${numbers.map((n) => `I${n}\n`).join('')}t`
  const viewText = view ? `(S'v'\nI${view[0]}\nI${view[1]}\nt` : 'N'
  const storage = `(S'storage'\nctorch\n${type}\nS'k'\nS'cpu'\nI${length}\n${viewText}tQ`
  const tensor = `ctorch._utils\n_rebuild_tensor_v2\n(${storage}I${offset}\n${tuple(shape)}${tuple(strides)}I00\nNtR`
  const size = Buffer.alloc(8)
  size.writeBigInt64LE(stored ?? BigInt(length))
  return Buffer.concat([
    Buffer.from('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.', 'latin1'),
    Buffer.from('\x80\x02M\xe9\x03.', 'latin1'),
    Buffer.from(`(dS'little_endian'\nI0${given.littleEndian === false ? 0 : 1}\ns.`),
    Buffer.from(`(dS'w'\n${tensor}s.`),
    Buffer.from(`(l${keys}.`),
    size,
    Buffer.from(Float32Array.from({ length }, (_, i) => i).buffer),
  ])
}

function weight(bytes: Buffer): number[] {
  const { data } = (decodePyTorchFile(bytes, 'file') as Map<string, TorchTensor>).get('w')!
  return [...new Float32Array(new Uint8Array(data).buffer)]
}

test('everything around a state dict is read as data', () => {
  const saved = readPyTorchFile(fixture('wrapped.pth')) as Map<string, unknown>
  assert.equal(saved.get('epoch'), 3)
  assert.equal(saved.get('best'), 0.25)
  assert.equal(saved.get('count'), 7)
  assert.equal(saved.get('device'), 'cuda:1')
  assert.deepEqual(saved.get('size'), [2, 3])
  assert.deepEqual(saved.get('seen'), new Set([1, 2]))
  assert.deepEqual(saved.get('dtype'), new PickleGlobal('torch.float16'))
  const ratio = saved.get('ratio')
  assert.ok(ratio instanceof PickleObject && ratio.global === 'fractions.Fraction')
  assert.ok((saved.get('state_dict') as Map<string, unknown>).get('module.fc.bias') instanceof TorchTensor)
})

test('files whose pickle would run a command run nothing', () => {
  for (const name of ['evil.pth', 'evil-legacy.pth']) {
    const saved = readPyTorchFile(fixture(name)) as Map<string, unknown>
    assert.equal((saved.get('os') as PickleObject).global, 'posix.system')
    assert.match((saved.get('eval') as PickleObject).global, /\.eval$/)
    assert.deepEqual([...(saved.get('weight') as TorchTensor).data], [0, 0, 0x80, 0x3f])
  }
  assert.equal(fs.existsSync('executed'), false)
})

test('the parts of storages that old files name are taken', () => {
  assert.deepEqual(weight(legacy()), [0, 1, 2])
  assert.deepEqual(weight(legacy({ offset: 1, strides: [2] })), [1, 3, 5])
  assert.deepEqual(weight(legacy({ view: [2, 3] })), [2, 3, 4])
})

test('tensors that reach out of their storage are refused', () => {
  const refused = (given: Legacy, message: RegExp) =>
    assert.throws(
      () => weight(legacy(given)),
      (error) => error instanceof FormatError && message.test(error.message),
    )
  refused({ offset: 4 }, /reaches element 6/)
  refused({ offset: -1 }, /whole numbers/)
  refused({ strides: [-1] }, /whole numbers/)
  refused({ strides: [3] }, /reaches element 6/)
  refused({ shape: [7] }, /reaches element 6/)
  refused({ shape: [-3] }, /whole numbers/)
  refused({ shape: [3, 1] }, /whole numbers/)
  refused({ shape: [2 ** 30, 2 ** 30], strides: [0, 0] }, /too large/)
  refused({ shape: [2 ** 28], strides: [0] }, /too often/)
  refused({ shape: Array(65).fill(1), strides: Array(65).fill(0) }, /65 dimensions/)
  refused({ view: [5, 3] }, /reaches out/)
  refused({ view: [2, 3], offset: 1 }, /reaches element 3/)
  refused({ stored: 5n }, /has 5 elements, not 6/)
  refused({ stored: -1n }, /has -1 elements/)
  refused({ keys: '' }, /each storage once/)
  refused({ keys: "S'k'\naS'k'\na" }, /each storage once/)
  refused({ keys: "S'x'\na" }, /belongs to no tensor/)
  refused({ littleEndian: false }, /big-endian/)
  refused({ type: 'QInt8Storage' }, /QInt8Storage are not read/)
  assert.throws(() => decodePyTorchFile(Buffer.concat([legacy(), Buffer.alloc(1)]), 'file'), /1 bytes follow/)
})

test('files of other kinds are refused by what they are', () => {
  const refused = (bytes: Uint8Array, message: RegExp) =>
    assert.throws(
      () => decodePyTorchFile(bytes, 'file'),
      (e) => e instanceof FormatError && message.test(e.message),
    )
  refused(fs.readFileSync(fixture('script.pth')), /TorchScript/)
  refused(fs.readFileSync(fixture('seekable.zip')), /without a data\.pkl/)
  refused(fs.readFileSync(fixture('plain-2.pkl')), /plain pickle/)
  refused(Buffer.from('{"json": true}'), /neither as a zip archive nor as a pickle/)
  refused(Buffer.alloc(0), /neither/)
  const tar = Buffer.alloc(512)
  tar.write('ustar', 257)
  refused(tar, /tar format/)
})

test('the byte order that PyTorch 2 writes is obeyed', () => {
  const little = readPyTorchFile(fixture('little-endian.pth')) as Map<string, TorchTensor>
  assert.deepEqual([...little.get('weight')!.data], [0, 0, 0x80, 0x3f])
  assert.throws(() => readPyTorchFile(fixture('big-endian.pth')), /has big-endian numbers: save it again/)
})

test('a file cut at any length is refused, in both formats', () => {
  for (const name of ['zip.pth', 'legacy.pth']) {
    const whole = fs.readFileSync(fixture(name))
    for (let length = 0; length < whole.byteLength; length += 1 + (length % 3))
      assert.throws(
        () => decodePyTorchFile(whole.subarray(0, length), name),
        FormatError,
        `${name}: ${length}`,
      )
  }
})

test('whatever the bytes are, the answer is a value or a FormatError, in tensors as well', () => {
  const names = ['zip.pth', 'legacy.pth', 'wrapped.pth', 'evil-legacy.pth']
  const sources = names.map((name) => fs.readFileSync(fixture(name)))
  const damaged = fc
    .tuple(
      fc.constantFrom(...sources),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    )
    .map(([source, changes]) => {
      const bytes = Buffer.from(source)
      for (const [at, byte] of changes) bytes[at % bytes.byteLength] = byte
      return bytes
    })
  fc.assert(
    fc.property(damaged, (bytes) => {
      try {
        const saved = decodePyTorchFile(bytes, 'file')
        if (saved instanceof Map)
          for (const item of saved.values()) if (item instanceof TorchTensor) item.data
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error))
      }
    }),
    { numRuns: 2000 },
  )
})
