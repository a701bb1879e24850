import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { DataError } from '../errors.ts'
import { tarGzOf, tarOf, temporaryFolder } from './data-files.fixture.ts'
import { readTar } from './tar.ts'

const members = [
  { name: 'set/', type: '5' },
  { name: 'set/a.txt', content: 'first' },
  { name: 'set/empty' },
  { name: 'set/b.bin', content: new Uint8Array(1300).fill(7) },
]

async function contents(path: string): Promise<[string, string, number][]> {
  const found: [string, string, number][] = []
  for await (const entry of readTar(path)) found.push([entry.name, entry.kind, (await entry.read()).length])
  return found
}

function write(t: TestContext, bytes: Uint8Array): string {
  const path = join(temporaryFolder(t), 'set.tar.gz')
  writeFileSync(path, bytes)
  return path
}

test('members come in order with their bytes, compressed or not', async (t) => {
  const expected = [
    ['set/', 'folder', 0],
    ['set/a.txt', 'file', 5],
    ['set/empty', 'file', 0],
    ['set/b.bin', 'file', 1300],
  ]
  assert.deepEqual(await contents(write(t, tarOf(members))), expected)
  assert.deepEqual(await contents(write(t, tarGzOf(members))), expected)
})

test('members that are not read are skipped', async (t) => {
  const names: string[] = []
  for await (const entry of readTar(write(t, tarGzOf(members)))) names.push(entry.name)
  assert.equal(names.length, 4)
})

test('long names are read, as GNU tar and as pax write them', async (t) => {
  const long = `${'folder/'.repeat(30)}image.jpg`
  const record = `path=${long}\n`
  const size = record.length + 4
  const pax = `${size} ${record}`
  assert.equal(pax.length, size)
  const path = write(
    t,
    tarOf([
      { name: '././@LongLink', type: 'L', content: `${long}\0` },
      { name: long, content: 'x' },
      { name: 'PaxHeader', type: 'x', content: pax },
      { name: 'short', content: 'yz' },
      { name: 'after', content: '' },
    ]),
  )
  assert.deepEqual(await contents(path), [
    [long, 'file', 1],
    [long, 'file', 2],
    ['after', 'file', 0],
  ])
})

test('names that are not UTF-8 stay different names', async (t) => {
  const named = (byte: number) => [
    { name: '././@LongLink', type: 'L', content: Uint8Array.of(97, byte, 0) },
    { name: 'a', content: 'x' },
  ]
  const archive = write(t, tarOf([...named(0xe8), ...named(0xe9)]))
  assert.deepEqual(
    (await contents(archive)).map(([name]) => name),
    ['a\\xe8', 'a\\xe9'],
  )
})

test('an archive cut short anywhere is an error, never a shorter data set', async (t) => {
  const plain = tarOf(members)
  const packed = tarGzOf(members)
  const end = plain.length - 1024 // where the end mark begins
  for (const length of [0, 1, 511, 512, 700, 1024, 1536, 2300, end - 1, end]) {
    await assert.rejects(contents(write(t, plain.subarray(0, length))), DataError, `plain ${length}`)
  }
  for (const length of [0, 1, 10, 40, packed.length - 9, packed.length - 1]) {
    await assert.rejects(contents(write(t, packed.subarray(0, length))), DataError, `packed ${length}`)
  }
})

test('damaged bytes, other files and missing files are named', async (t) => {
  const plain = tarOf(members)
  plain[520] ^= 1
  await assert.rejects(contents(write(t, plain)), /byte 512, its checksum is wrong/)
  const packed = tarGzOf(members)
  packed[30] ^= 0x40
  await assert.rejects(contents(write(t, packed)), DataError)
  await assert.rejects(
    contents(write(t, Buffer.alloc(2000, 'no archive '))),
    /is this a tar archive|checksum/,
  )
  const folder = temporaryFolder(t)
  await assert.rejects(contents(join(folder, 'none.tar')), /there is no such file/)
  await assert.rejects(contents(folder), /got a folder/)
})
