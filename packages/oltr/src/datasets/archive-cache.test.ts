import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DataError } from '../errors.ts'
import { unpackImages } from './archive-cache.ts'
import { pngOf, tarGzOf, temporaryFolder } from './data-files.fixture.ts'

const members = [
  { name: 'set/', type: '5' },
  { name: 'set/a.png', content: pngOf(1) },
  { name: 'set/words.txt', content: 'x' },
  { name: 'set/run.sh', content: 'echo' },
]

test('images and text are unpacked once; a changed archive is unpacked again', async (t) => {
  const root = temporaryFolder(t)
  const archive = join(root, 'set.tar.gz')
  writeFileSync(archive, tarGzOf(members))
  const folder = await unpackImages(archive, join(root, 'cache'))
  assert.deepEqual(readFileSync(join(folder, 'set/a.png')), Buffer.from(pngOf(1)))
  assert.deepEqual(readdirSync(join(folder, 'set')), ['a.png', 'words.txt'])
  writeFileSync(join(folder, 'mark'), '')
  assert.equal(await unpackImages(archive, join(root, 'cache')), folder)
  assert.ok(existsSync(join(folder, 'mark')))
  utimesSync(archive, 1, 1)
  assert.notEqual(await unpackImages(archive, join(root, 'cache')), folder)
})

test('an archive cut short leaves nothing behind', async (t) => {
  const root = temporaryFolder(t)
  const archive = join(root, 'set.tar.gz')
  const whole = tarGzOf(members)
  writeFileSync(archive, whole.subarray(0, whole.length - 30))
  await assert.rejects(unpackImages(archive, join(root, 'cache')), DataError)
  assert.deepEqual(readdirSync(join(root, 'cache')), [])
})

test('a member that points outside its folder is refused', async (t) => {
  const root = temporaryFolder(t)
  const archive = join(root, 'set.tar.gz')
  for (const name of ['../evil.png', '/evil.png', 'set/../../evil.png']) {
    writeFileSync(archive, tarGzOf([{ name, content: pngOf(1) }]))
    await assert.rejects(unpackImages(archive, join(root, 'cache')), /points outside/)
  }
  assert.equal(existsSync(join(root, 'evil.png')), false)
  writeFileSync(archive, tarGzOf([{ name: 'readme.txt', content: 'x' }]))
  await assert.rejects(unpackImages(archive, join(root, 'cache')), /found none/)
})
