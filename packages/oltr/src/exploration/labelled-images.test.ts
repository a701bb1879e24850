// Images that nobody is asked about again.

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mock, test } from 'node:test'
import { sha256FileSync } from '@oltr/torch/files'
import { readLooseImages } from '../datasets/class-folders.ts'
import { temporaryFolder, writeClassFolders } from '../datasets/data-files.fixture.ts'
import { parseRunConfig } from '../run-config.ts'
import { tinyConfig } from '../training/tiny-run.fixture.ts'
import { labelledImages } from './labelled-images.ts'

/** A run's folder as far as it matters here: a configuration, and a model that is not looked into. */
function runOn(root: string, data: string): string {
  const run = join(root, 'run')
  mkdirSync(run)
  const config = parseRunConfig({ ...tinyConfig(), data: { format: 'folder', path: data, imageSize: 16 } })
  writeFileSync(join(run, 'config.json'), JSON.stringify(config))
  writeFileSync(join(run, 'oltr.safetensors'), 'a model')
  return run
}

test('a copy of a training image is known by its content, whatever it is called; other images are not', async (t) => {
  const root = temporaryFolder(t)
  writeClassFolders(join(root, 'data', 'train'), { ant: 3, bee: 3 })
  writeClassFolders(join(root, 'data', 'test'), { ant: 1, bee: 1 }, 100)
  const pool = join(root, 'pool')
  writeClassFolders(pool, { new: 2 }, 200)
  const dataset = await readLooseImages(join(root, 'data', 'train'))
  assert.ok(dataset.images.kind === 'files')
  const trained = join(root, 'data', 'train', dataset.images.paths[0]!)
  copyFileSync(trained, join(pool, 'copy.png'))
  const ids = await labelledImages(runOn(root, join(root, 'data')), await readLooseImages(pool))
  assert.ok(ids.has(sha256FileSync(join(pool, 'copy.png'))))
  const fresh = await readLooseImages(join(pool, 'new'))
  assert.ok(fresh.images.kind === 'files')
  for (const path of fresh.images.paths) assert.ok(!ids.has(sha256FileSync(join(pool, 'new', path))), path)
})

test('where the training data are gone, what was named since still counts, with a warning', async (t) => {
  const root = temporaryFolder(t)
  const run = runOn(root, join(root, 'gone'))
  const version = join(run, 'versions', '1')
  mkdirSync(version, { recursive: true })
  writeFileSync(join(version, 'lineage.json'), '{}')
  writeFileSync(join(version, 'labels.json'), JSON.stringify([{ id: 'x', className: 'ant', certainty: 1 }]))
  const pool = join(root, 'pool')
  writeClassFolders(pool, { new: 1 })
  const warned = mock.method(process.stderr, 'write', () => true)
  const ids = await labelledImages(run, await readLooseImages(pool)).finally(() => warned.mock.restore())
  assert.deepEqual([...ids], ['x'])
  assert.match(String(warned.mock.calls[0]!.arguments[0]), /training images cannot be compared/)
})
