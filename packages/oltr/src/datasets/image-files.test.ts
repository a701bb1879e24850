import assert from 'node:assert/strict'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readClassFolders, readLooseImages } from './class-folders.ts'
import { pngOf, temporaryFolder, writeClassFolders, writeFiles } from './data-files.fixture.ts'
import { findImages } from './image-files.ts'
import { verifyDatasets } from './verify.ts'

/** A path whose last name is these bytes. */
const bytesIn = (folder: string, name: string) =>
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')])

test('names that are not UTF-8 are listed, each as itself, and taken for no other file', async (t) => {
  const root = writeFiles(temporaryFolder(t), { 'a\ufffd.png': pngOf(1), 'deep/b.png': pngOf(2) })
  for (const name of ['a\xff.png', 'a\xfe.png', 'notes\xff.txt']) writeFileSync(bytesIn(root, name), pngOf(3))
  mkdirSync(bytesIn(root, 'folder\xff'))
  writeFileSync(Buffer.concat([bytesIn(root, 'folder\xff'), Buffer.from('/c.png')]), pngOf(4))
  symlinkSync(join(root, 'deep'), bytesIn(root, 'link\xff'))
  const found = ['a\\xfe.png', 'a\\xff.png', 'a\ufffd.png', 'deep/b.png', 'folder\\xff', 'link\\xff']
  assert.deepEqual(await findImages(root), found)
  const { problems } = await verifyDatasets([{ part: 'open', dataset: await readLooseImages(root) }])
  assert.deepEqual(
    problems.map(({ kind, file }) => `${kind} ${file}`),
    found.filter((path) => path.includes('\\x')).map((path) => `missing ${join(root, path)}`),
  )
  for (const { detail } of problems) assert.match(detail, /its name is not UTF-8 .*rename it/)
})

test('a class whose name is not UTF-8 is an error that names it and the remedy', async (t) => {
  const root = writeClassFolders(temporaryFolder(t), { apes: 1, cafe: 1 })
  renameSync(join(root, 'cafe'), bytesIn(root, 'caf\xe9'))
  await assert.rejects(readClassFolders(root), {
    name: 'DataError',
    message: /caf\\xe9: .*its name is not UTF-8 .*rename it/,
  })
})
