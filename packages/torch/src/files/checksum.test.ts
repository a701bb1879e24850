import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { sha256, sha256File, sha256FileSync } from './checksum.ts'

// The published test vectors of FIPS 180-4.
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
const millionA = 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'

test('text, bytes and chunks have the published digests', () => {
  assert.equal(sha256(''), empty)
  assert.equal(sha256(Buffer.from('abc')), abc)
  assert.equal(sha256([Buffer.from('a'), Buffer.from('bc')]), abc)
})

test('files longer than one piece have the published digest, and a missing file is an error', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'checksum-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'a')
  fs.writeFileSync(file, 'a'.repeat(1e6))
  assert.equal(await sha256File(file), millionA)
  assert.equal(sha256FileSync(file), millionA)
  const long = Buffer.alloc(9e6, 'xyz')
  fs.writeFileSync(file, long)
  assert.equal(sha256FileSync(file), sha256(long))
  assert.equal(await sha256File(file), sha256(long))
  await assert.rejects(sha256File(path.join(folder, 'no')), { code: 'ENOENT' })
  assert.throws(() => sha256FileSync(path.join(folder, 'no')), { code: 'ENOENT' })
})
