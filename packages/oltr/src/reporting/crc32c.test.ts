import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32c, maskedCrc32c } from './crc32c.ts'

test('the checksum agrees with the examples of RFC 3720', () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e)
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c)
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  assert.equal(crc32c(new Uint8Array(0)), 0)
})

test('masking rotates by 15 bits and adds the constant, and can be undone', () => {
  const crc = crc32c(Buffer.from('foo'))
  const masked = maskedCrc32c(Buffer.from('foo'))
  assert.notEqual(masked, crc)
  const rotated = (masked - 0xa282ead8) >>> 0
  assert.equal(((rotated >>> 17) | (rotated << 15)) >>> 0, crc)
})
