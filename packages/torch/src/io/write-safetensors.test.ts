import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { FormatError, WriteError } from '../errors.ts'
import { removeStaleTemporaries } from '../files/index.ts'
import { decodeSafetensors, readSafetensors } from './read-safetensors.ts'
import { codes } from './safetensors-format.ts'
import { bytesPerElement, type TensorData } from './tensor-data.ts'
import { encodeSafetensors, writeSafetensors } from './write-safetensors.ts'

const text = fc.string({ unit: 'grapheme' }).filter((s) => s.isWellFormed())

const tensor: fc.Arbitrary<TensorData> = fc
  .tuple(fc.constantFrom(...codes.keys()), fc.array(fc.nat(4), { maxLength: 4 }), fc.nat(255))
  .map(([dtype, shape, fill]) => {
    const count = shape.reduce((product, n) => product * n, 1)
    return { dtype, shape, data: new Uint8Array(count * bytesPerElement.get(dtype)!).fill(fill) }
  })

const tensors = fc.array(fc.tuple(text, tensor)).map((pairs) => {
  const map = new Map(pairs)
  for (const name of ['__metadata__', '__proto__']) map.delete(name)
  return map
})

const metadata = fc
  .dictionary(text, text, { noNullPrototype: true })
  .filter((d) => !Object.keys(d).some((key) => ['checksum', 'sha256', '__proto__'].includes(key)))

test('what is written is read back: names, order, types, shapes, bytes and metadata', () => {
  fc.assert(
    fc.property(tensors, metadata, fc.boolean(), (given, strings, checksum) => {
      const { chunks, sha256 } = encodeSafetensors(given, { metadata: strings, checksum })
      const read = decodeSafetensors(new Uint8Array(Buffer.concat(chunks)), 'file', {
        requireChecksum: checksum,
      })
      assert.deepEqual([...read.tensors], [...given])
      assert.deepEqual(read.metadata, strings)
      assert.equal(read.sha256, sha256)
      assert.equal(sha256 !== undefined, checksum)
    }),
  )
})

test('every tensor stands at a multiple of its element, and the header takes whole 8 bytes', () => {
  fc.assert(
    fc.property(tensors, fc.boolean(), (given, checksum) => {
      const bytes = Buffer.concat([Buffer.alloc(0), ...encodeSafetensors(given, { checksum }).chunks])
      assert.equal(bytes.readBigUInt64LE() % 8n, 0n)
      for (const { dtype, data } of decodeSafetensors(bytes, 'file').tensors.values())
        assert.equal((data.byteOffset - bytes.byteOffset) % bytesPerElement.get(dtype)!, 0)
    }),
  )
})

test('the same contents give the same bytes, whatever order the metadata are given in', () => {
  const given = new Map([['x', { dtype: 'uint8', shape: [1], data: new Uint8Array([1]) }]])
  const one = encodeSafetensors(given, { metadata: { a: '1', b: '2' }, checksum: true })
  const other = encodeSafetensors(given, { metadata: { b: '2', a: '1' }, checksum: true })
  assert.deepEqual(Buffer.concat(one.chunks), Buffer.concat(other.chunks))
})

test('metadata that look like a checksum do not mislead its place', () => {
  const zeros = '0'.repeat(64)
  const strings = { '1': `"sha256":"${zeros}"`, [`"sha256":"${zeros}"`]: zeros }
  const { chunks } = encodeSafetensors(new Map(), { metadata: strings, checksum: true })
  assert.deepEqual(decodeSafetensors(Buffer.concat(chunks), 'file').metadata, strings)
})

test('what the format cannot hold is refused by name', () => {
  const x: TensorData = { dtype: 'float32', shape: [1], data: new Uint8Array(4) }
  const write = (name: string, tensor: TensorData, strings = {}) =>
    encodeSafetensors(new Map([[name, tensor]]), { metadata: strings }, 'out')
  assert.throws(() => write('__metadata__', x), FormatError)
  assert.throws(() => write('__proto__', x), FormatError)
  assert.throws(() => write('\ud800', x), FormatError)
  assert.throws(() => write('x', { ...x, dtype: 'complex64' }), /out: tensor "x" is complex64/)
  assert.throws(() => write('x', { ...x, shape: [2] }), /"x" has 4 bytes/)
  assert.throws(() => write('x', { ...x, shape: [-1] }), FormatError)
  assert.throws(() => write('x', x, { sha256: 'mine' }), /"sha256" is taken/)
  assert.throws(() => write('x', x, { epoch: 3 }), /"epoch" must be text/)
})

test('a file that cannot be written leaves the one of before', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safetensors-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'a')
  const given = new Map([['x', { dtype: 'uint8', shape: [3], data: new Uint8Array([1, 2, 3]) }]])
  writeSafetensors(file, given, { checksum: true })
  const mock = t.mock.method(fs, 'writeSync', () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  })
  assert.throws(() => writeSafetensors(file, new Map(), { checksum: true }), WriteError)
  mock.mock.restore()
  assert.deepEqual([...readSafetensors(file, { requireChecksum: true }).tensors.get('x')!.data], [1, 2, 3])
  assert.deepEqual(fs.readdirSync(folder), ['a'])
})

test('100 MB in 200 tensors, checksum and disk included, take less than 2 seconds of processor time', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safetensors-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const given = new Map<string, TensorData>()
  for (let i = 0; i < 200; i++)
    given.set(`t${i}`, { dtype: 'float32', shape: [125e3], data: new Uint8Array(5e5) })
  const start = performance.now()
  const before = process.cpuUsage()
  writeSafetensors(path.join(folder, 'a'), given, { checksum: true })
  const { user, system } = process.cpuUsage(before)
  const written = performance.now()
  assert.equal(readSafetensors(path.join(folder, 'a')).tensors.size, 200)
  t.diagnostic(
    `write ${(written - start).toFixed(0)} ms, read ${(performance.now() - written).toFixed(0)} ms`,
  )
  assert.ok(user + system < 2e6)
})

// More with KILLS=100 in the environment.
const kills = Number(process.env.KILLS ?? 8)

test('SIGKILL at any moment of saving: the last whole file always loads', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safetensors-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'a.safetensors')
  const source = `
    import { writeSafetensors } from ${JSON.stringify(path.join(import.meta.dirname, 'write-safetensors.ts'))}
    for (let n = 0; ; n++) {
      const x = { dtype: 'uint8', shape: [2 ** 21], data: new Uint8Array(2 ** 21).fill(n) }
      writeSafetensors(process.argv[1], new Map([['x', x]]), { metadata: { n: String(n) }, checksum: true })
      if (n === 0) console.log('first')
    }`
  let remains = 0
  for (let round = 0; round < kills; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', source, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended])
    await sleep(Math.random() * 40)
    assert.equal(child.exitCode, null, 'the child writes until it is killed')
    child.kill('SIGKILL')
    await ended
    const { tensors, metadata } = readSafetensors(file, { requireChecksum: true })
    assert.equal(tensors.get('x')!.data[0], Number(metadata.n) % 256)
    remains += removeStaleTemporaries(folder).length
    assert.deepEqual(fs.readdirSync(folder), ['a.safetensors'])
  }
  t.diagnostic(`${remains} of ${kills} kills fell inside a write`)
})
