// Versions of a model.

import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { sha256FileSync } from '@oltr/torch/files'
import { loadOltr } from '../trained-model.ts'
import { temporaryRun, tinyConfig } from '../training/tiny-run.fixture.ts'
import { train } from '../training/train.ts'
import { addVersion } from './add-version.ts'
import { currentVersion, listVersions, useVersion, type Version } from './versions.ts'

const trained = temporaryRun()

before(async () => {
  await train(tinyConfig(), trained.path, { json: true })
})

function copyOfRun(): ReturnType<typeof temporaryRun> {
  const copy = temporaryRun()
  writeFileSync(join(copy.path, 'oltr.safetensors'), readFileSync(join(trained.path, 'oltr.safetensors')))
  return copy
}

function add(run: string, parent: Version): Version {
  const { model, card } = loadOltr(parent.file)
  const added = addVersion(run, parent, model, card, [], {
    newClasses: ['a'],
    annotations: { file: 'answers.csv', sha256: 'x', images: 3 },
    before: null,
    after: null,
    settings: {},
  })
  model.dispose()
  return added
}

test('a trained run has version 0; each addition becomes the one in use, and says what it came from', () => {
  using run = copyOfRun()
  assert.deepEqual(
    listVersions(run.path).map(({ version }) => version),
    [0],
  )
  const first = add(run.path, currentVersion(run.path))
  const second = add(run.path, currentVersion(run.path))
  assert.equal(currentVersion(run.path).version, 2)
  assert.deepEqual(second.lineage!.parent, { version: 1, sha256: sha256FileSync(first.file) })
  assert.equal(second.lineage!.sha256, sha256FileSync(second.file))
})

test('going back is one step, forward again too, and what was grown from an older version says so', () => {
  using run = copyOfRun()
  const [zero] = listVersions(run.path)
  add(run.path, zero)
  useVersion(run.path, 0)
  assert.equal(currentVersion(run.path).version, 0)
  const other = add(run.path, currentVersion(run.path))
  assert.equal(other.version, 2)
  assert.equal(other.lineage!.parent.version, 0)
  useVersion(run.path, 1)
  assert.equal(currentVersion(run.path).version, 1)
})

test('a version that does not exist, or whose file was changed, cannot be taken into use', () => {
  using run = copyOfRun()
  const first = add(run.path, currentVersion(run.path))
  useVersion(run.path, 0)
  assert.throws(() => useVersion(run.path, 7), {
    name: 'ConfigError',
    message: /version: expected 0 to 1, got 7/,
  })
  appendFileSync(first.file, 'x')
  assert.throws(() => useVersion(run.path, 1), {
    name: 'DataError',
    message: /is not the file that this version was written with/,
  })
  assert.equal(currentVersion(run.path).version, 0)
})

test('a killed writer leaves no version: without its lineage a file does not count', () => {
  using run = copyOfRun()
  mkdirSync(join(run.path, 'versions', '1'), { recursive: true })
  writeFileSync(join(run.path, 'versions', '1', 'model.safetensors'), 'half')
  assert.equal(listVersions(run.path).length, 1)
  assert.equal(add(run.path, currentVersion(run.path)).version, 1)
})

test('a choice that cannot be read is an error that says what to do', () => {
  using run = copyOfRun()
  mkdirSync(join(run.path, 'versions'))
  for (const text of ['{', '{"version": 9}']) {
    writeFileSync(join(run.path, 'versions', 'current.json'), text)
    assert.throws(() => currentVersion(run.path), {
      name: 'DataError',
      message: /oltr versions <run> --use 0/,
    })
  }
})
