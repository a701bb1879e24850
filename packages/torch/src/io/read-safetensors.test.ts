import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { FormatError } from '../errors.ts'
import { decodeSafetensors, readSafetensors } from './read-safetensors.ts'
import type { TensorData } from './tensor-data.ts'
import { encodeSafetensors } from './write-safetensors.ts'

/** A file of a header, as text or as an object, and `dataBytes` zeros; `length` states another header length. */
function file(header: unknown, dataBytes = 0, length?: bigint): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const head = Buffer.alloc(8)
  head.writeBigUInt64LE(length ?? BigInt(json.byteLength))
  return Buffer.concat([head, json, Buffer.alloc(dataBytes)])
}

function f32(shape: number[], begin: number, end: number) {
  return { dtype: 'F32', shape, data_offsets: [begin, end] }
}

function refused(bytes: Uint8Array, message: RegExp, options = {}) {
  assert.throws(
    () => decodeSafetensors(bytes, 'some/file.safetensors', options),
    (error) =>
      error instanceof FormatError && error.file === 'some/file.safetensors' && message.test(error.message),
    String(message),
  )
}

const signed = Buffer.concat(
  encodeSafetensors(
    new Map<string, TensorData>([
      ['layer.weight', { dtype: 'float32', shape: [2, 2], data: new Uint8Array(16).map((_, i) => i * 3) }],
      ['ä', { dtype: 'bool', shape: [3], data: new Uint8Array([1, 0, 1]) }],
      ['steps', { dtype: 'int64', shape: [], data: new Uint8Array(8).fill(1) }],
    ]),
    { checksum: true, metadata: { epoch: '3' } },
  ).chunks,
)

test('a file in the layout of the specification is read', () => {
  const bytes = file({ __metadata__: { a: 'b' }, x: f32([1, 2], 0, 8), none: f32([0], 8, 8) }, 8)
  const { tensors, metadata, sha256 } = decodeSafetensors(bytes, 'file')
  assert.deepEqual(tensors.get('x'), { dtype: 'float32', shape: [1, 2], data: bytes.subarray(-8) })
  assert.deepEqual([...tensors.keys()], ['x', 'none'])
  assert.deepEqual(metadata, { a: 'b' })
  assert.equal(sha256, undefined)
  assert.equal(decodeSafetensors(file('{}   '), 'file').tensors.size, 0)
})

test('fields in any order, escapes and white space in the header are read', () => {
  const header = ' { "a\\u00e4\\n" : {"data_offsets":[0 , 1],\n"shape":[1],"dtype":"U8"} } '.trimStart()
  assert.deepEqual([...decodeSafetensors(file(header, 1), 'file').tensors.keys()], ['aä\n'])
})

test('lying headers are refused, each with its reason', () => {
  refused(Buffer.alloc(0), /cut short/)
  refused(Buffer.alloc(7), /cut short/)
  refused(file('{}', 0, 0n), /must begin with '\{'/)
  refused(file('{}', 0, 3n), /cut short/)
  refused(file('{}', 0, 1n), /ends in the middle/)
  refused(file('{}', 0, 100_000_001n), /more than 100 MB/)
  refused(file('{}', 0, 2n ** 64n - 1n), /more than 100 MB/)
  refused(file('[]'), /must begin with '\{'/)
  refused(file(' {}'), /must begin with '\{'/)
  refused(file('{}\n'), /only spaces/)
  refused(file('{}x'), /only spaces/)
})

test('malformed JSON is refused, each with its reason', () => {
  refused(file('{'), /ends in the middle/)
  refused(file('{"x'), /ends in the middle/)
  refused(file('{"x\\'), /ends in the middle/)
  refused(file('{"x" 1}'), /':' was expected/)
  refused(file('{"__metadata__":{"a":1}}'), /'"' was expected/)
  refused(file('{"__metadata__":{"a":"1" "b":"2"}}'), /',' or '}' was expected/)
  refused(file('{"__metadata__":{"a":"1",}}'), /'"' was expected/)
  refused(file('{"__metadata__":{"a":"\\q"}}'), /bad escape/)
  refused(file('{"__metadata__":{"a":"\\ud800"}}'), /surrogate/)
  refused(file('{"__metadata__":{"a":"\n"}}'), /control character/)
  refused(file('{"__metadata__":null}'), /'\{' was expected/)
  const invalid = file('{"__metadata__":{"a":"?"}}')
  invalid[invalid.indexOf('?')] = 0xff
  refused(invalid, /not valid UTF-8/)
})

test('duplicate and dangerous keys are refused', () => {
  refused(
    file(
      '{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
    ),
    /"x" appears twice/,
  )
  refused(
    file(
      '{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0078":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
    ),
    /"x" appears twice/,
  )
  refused(file('{"x":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), /"dtype" appears twice/)
  refused(file('{"__metadata__":{"a":"1","a":"2"}}'), /"a" appears twice/)
  refused(file('{"__metadata__":{},"__metadata__":{}}'), /appears twice/)
  refused(file('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), /__proto__/)
  refused(file('{"__metadata__":{"__proto__":"x"}}'), /__proto__/)
  refused(file('{"__metadata__":{"__pr\\u006fto__":"x"}}'), /__proto__/)
})

test('lying tensors are refused, each with its reason', () => {
  refused(file({ x: { ...f32([1], 0, 4), dtype: 'F31' } }, 4), /unknown dtype "F31"/)
  refused(file({ x: { ...f32([1], 0, 4), dtype: 32 } }, 4), /'"' was expected/)
  refused(file({ x: { dtype: 'F32', shape: [1] } }, 4), /must have dtype, shape and data_offsets/)
  refused(file({ x: { ...f32([1], 0, 4), strides: [1] } }, 4), /unknown field "strides"/)
  refused(file({ x: f32([-1], 0, 4) }, 4), /0 or more.*-1/)
  refused(file({ x: f32([1.5], 0, 4) }, 4), /1\.5/)
  refused(file('{"x":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}', 4), /1e0/)
  refused(file('{"x":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}', 4), /'01'/)
  refused(file('{"x":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}', 4), /whole number/)
  refused(file('{"x":{"dtype":"F32","shape":[99999999999999999],"data_offsets":[0,4]}}', 4), /too large/)
  refused(file({ x: f32([2 ** 32, 2 ** 32], 0, 0) }), /too large/)
  refused(file({ x: f32([2 ** 32, 2 ** 32, 0], 0, 0) }), /too large/)
  refused(file({ x: f32([2 ** 52], 0, 0) }), /too large/)
  refused(file({ x: f32([2], 0, 4) }, 4), /takes 8 bytes, not 4/)
  refused(file({ x: f32([1], 0, 8) }, 8), /takes 4 bytes, not 8/)
  refused(file({ x: { ...f32([1], 0, 4), data_offsets: [0, 4, 8] } }, 4), /data_offsets/)
  refused(file({ x: { ...f32([1], 0, 4), data_offsets: [0] } }, 4), /data_offsets/)
  refused(file({ x: f32([1], -4, 0) }, 4), /0 or more/)
  refused(file({ x: f32([1], 4, 0) }, 4), /an end not before it/)
})

test('gaps, overlaps, missing and trailing bytes are refused', () => {
  refused(file({ x: f32([1], 4, 8) }, 8), /nothing covers the bytes from 0/)
  refused(file({ x: f32([1], 0, 4), y: f32([1], 8, 12) }, 12), /nothing covers the bytes from 4/)
  refused(file({ x: f32([2], 0, 8), y: f32([2], 4, 12) }, 12), /inside the tensor before it/)
  refused(file({ x: f32([1], 0, 4), y: f32([1], 0, 4) }, 4), /inside the tensor before it/)
  refused(file({ x: f32([2], 0, 8), none: f32([0], 4, 4) }, 8), /inside the tensor before it/)
  refused(file({ x: f32([2], 0, 8) }, 7), /cut short/)
  refused(file({ x: f32([2], 0, 8) }, 9), /1 bytes follow/)
  refused(file({}, 1), /1 bytes follow/)
  refused(file({ x: f32([2 ** 40], 0, 2 ** 42) }, 8), /cut short/)
})

test('an error names the byte where it stands', () => {
  const bytes = file({ x: { ...f32([1], 0, 4), dtype: 'F31' } }, 4)
  try {
    decodeSafetensors(bytes, 'file')
    assert.fail()
  } catch (error) {
    assert.equal((error as FormatError).offset, bytes.indexOf('{"dtype"'))
  }
})

test('the checksum is the SHA-256 of the file with the digits of the checksum as zeros', () => {
  const { metadata, sha256 } = decodeSafetensors(signed, 'file', { requireChecksum: true })
  assert.deepEqual(metadata, { epoch: '3' })
  const text = signed.toString('latin1').replace(sha256!, '0'.repeat(64))
  assert.equal(createHash('sha256').update(text, 'latin1').digest('hex'), sha256)
})

test('a file cut at any length is refused, with a checksum and without', () => {
  const plain = Buffer.concat(encodeSafetensors(decodeSafetensors(signed, 'file').tensors).chunks)
  for (const whole of [signed, plain])
    for (let length = 0; length < whole.byteLength; length++)
      assert.throws(
        () => decodeSafetensors(whole.subarray(0, length), 'file'),
        FormatError,
        `${length} bytes`,
      )
})

test('every single flipped bit of a file with a checksum is refused', () => {
  for (let bit = 0; bit < signed.byteLength * 8; bit++) {
    signed[bit >> 3] ^= 1 << (bit & 7)
    assert.throws(() => decodeSafetensors(signed, 'file'), FormatError, `bit ${bit}`)
    signed[bit >> 3] ^= 1 << (bit & 7)
  }
  assert.equal(decodeSafetensors(signed, 'file').tensors.size, 3)
})

test('thousands of other bytes in place of one are all refused', () => {
  for (let i = 0; i < 5000; i++) {
    const at = (i * 7919) % signed.byteLength
    const was = signed[at]
    signed[at] = (was + 1 + ((i * 104729) % 255)) & 255
    assert.throws(() => decodeSafetensors(signed, 'file'), FormatError, `byte ${at}: ${was} -> ${signed[at]}`)
    signed[at] = was
  }
})

test('the message of a wrong checksum says what to do', () => {
  const damaged = Buffer.from(signed)
  damaged[damaged.byteLength - 1] ^= 1
  refused(damaged, /checksum does not match.*restore it from the previous checkpoint/)
})

test('a checksum that is asked for must be there, and be one', () => {
  refused(file({ x: f32([1], 0, 4) }, 4), /no checksum where one is required/, { requireChecksum: true })
  refused(file({ __metadata__: { checksum: 'sha256' } }), /no checksum where one is required/)
  refused(file({ __metadata__: { sha256: 'f00' } }), /not 64 hexadecimal digits/)
  refused(file({ __metadata__: { sha256: 'F'.repeat(64) } }), /not 64 hexadecimal digits/)
  refused(file(`{"__metadata__":{"sha256":"\\u0030${'0'.repeat(63)}"}}`), /not 64 hexadecimal digits/)
})

test('whatever the bytes are, the answer is a result or a FormatError', () => {
  const json = fc.json().map((text) => file(text, 4))
  const mutated = fc
    .array(fc.tuple(fc.nat(signed.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const copy = Buffer.concat(encodeSafetensors(decodeSafetensors(signed, 'file').tensors).chunks)
      for (const [at, byte] of changes) copy[at % copy.byteLength] = byte
      return copy
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), json, mutated), (bytes) => {
      try {
        for (const { dtype, shape, data } of decodeSafetensors(bytes, 'file').tensors.values())
          assert.ok(
            typeof dtype === 'string' && shape.every((n) => n >= 0) && data.byteLength <= bytes.byteLength,
          )
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error))
      }
    }),
    { numRuns: 3000 },
  )
})

test('a missing file, a folder and a pipe are refused, without waiting', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safetensors-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  assert.throws(() => readSafetensors(path.join(folder, 'no')), /no: does not exist: check the path/)
  assert.throws(() => readSafetensors(folder), /not a regular file/)
  assert.throws(() => readSafetensors('/dev/zero'), /not a regular file/)
})
