// Checkpoints under everything that can befall a file.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type Tensor, tensor } from '@oltr/torch'
import { removeStaleTemporaries, WriteError } from '@oltr/torch/files'
import { DataError } from '../errors.ts'
import {
  type Checkpoint,
  hasCheckpoint,
  latestCheckpoint,
  removeCheckpoints,
  saveCheckpoint,
} from './checkpoint.ts'
import { temporaryRun } from './tiny-run.fixture.ts'

function checkpointOf(totalSteps: number, contents: Tensor = tensor([totalSteps, 0.5])): Checkpoint {
  return {
    position: {
      stage: 'stage1',
      epoch: 0,
      step: totalSteps,
      totalSteps,
      sampler: { epoch: 0 } as unknown as Checkpoint['position']['sampler'],
      optimisers: ['{}'],
      means: { count: totalSteps, sums: { loss: 1 } },
    },
    tensors: new Map([['model.weight', contents]]),
  }
}

function flipByte(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at < 0 ? bytes.length + at : at]! ^= 1
  writeFileSync(file, bytes)
}

/** A folder with the checkpoints of steps 5 and 10, and what was warned of. */
function twoCheckpoints() {
  const run = temporaryRun()
  for (const step of [5, 10]) saveCheckpoint(run.path, checkpointOf(step))
  const files = readdirSync(run.path)
    .sort()
    .map((name) => join(run.path, name))
  const warnings: string[] = []
  return { run, files, warnings, warn: (message: string) => void warnings.push(message) }
}

test('the newest is found, as it was saved; a stage without any has none', () => {
  const { run, warnings, warn } = twoCheckpoints()
  using _ = run
  const found = latestCheckpoint(run.path, 'stage1', warn)!
  assert.deepEqual(found.position, checkpointOf(10).position)
  assert.deepEqual(found.tensors.get('model.weight')!.tolist(), [10, 0.5])
  assert.equal(latestCheckpoint(run.path, 'stage2', warn), null)
  assert.equal(hasCheckpoint(run.path, 'stage2'), false)
  assert.deepEqual(warnings, [])
})

test('the newest two of a stage are kept, those of the other stage untouched', () => {
  using run = temporaryRun()
  saveCheckpoint(run.path, { ...checkpointOf(3), position: { ...checkpointOf(3).position, stage: 'stage2' } })
  for (const step of [1, 2, 30]) saveCheckpoint(run.path, checkpointOf(step))
  assert.deepEqual(readdirSync(run.path).sort(), [
    'stage1-000000002.safetensors',
    'stage1-000000030.safetensors',
    'stage2-000000003.safetensors',
  ])
  removeCheckpoints(run.path, 'stage1')
  assert.deepEqual(readdirSync(run.path), ['stage2-000000003.safetensors'])
})

for (const [what, damage] of [
  ['a flipped byte of a weight', (file: string) => flipByte(file, -3)],
  ['a flipped byte of the header', (file: string) => flipByte(file, 40)],
  ['a missing end', (file: string) => truncateSync(file, readFileSync(file).length - 1)],
  ['no contents', (file: string) => truncateSync(file, 0)],
  ['something appended', (file: string) => appendFileSync(file, 'x')],
] as const) {
  test(`${what}: the one before is used, with a warning that names the file, and the damaged one goes`, () => {
    const { run, files, warnings, warn } = twoCheckpoints()
    using _ = run
    damage(files[1]!)
    assert.equal(latestCheckpoint(run.path, 'stage1', warn)!.position.totalSteps, 5)
    assert.equal(warnings.length, 1)
    assert.ok(warnings[0]!.startsWith(files[1]!), warnings[0])
    assert.match(warnings[0]!, /trying the checkpoint before it$/)
    assert.deepEqual(readdirSync(run.path), ['stage1-000000005.safetensors'])
  })
}

test('all damaged: a DataError that names them, and nothing is removed', () => {
  const { run, files, warn } = twoCheckpoints()
  using _ = run
  for (const file of files) flipByte(file, -1)
  assert.throws(
    () => latestCheckpoint(run.path, 'stage1', warn),
    (error) =>
      error instanceof DataError &&
      /stage1-000000010.safetensors, stage1-000000005.safetensors\); remove them/.test(error.message),
  )
  assert.equal(readdirSync(run.path).length, 2)
})

test('a file of another origin under a checkpoint name does not pass for one', () => {
  const { run, warnings, warn } = twoCheckpoints()
  using _ = run
  writeFileSync(join(run.path, 'stage1-999999999.safetensors'), 'not a checkpoint')
  assert.equal(latestCheckpoint(run.path, 'stage1', warn)!.position.totalSteps, 10)
  assert.equal(warnings.length, 1)
})

test('SIGKILL while checkpoints are written, one after the other: the last that was whole is found', async () => {
  using run = temporaryRun()
  const source = `
    import { ops } from '@oltr/torch'
    import { saveCheckpoint } from ${JSON.stringify(new URL('checkpoint.ts', import.meta.url).href)}
    const contents = ops.ones([1 << 20])
    for (let totalSteps = Number(process.argv[1]); ; totalSteps++) {
      const position = { stage: 'stage1', epoch: 0, step: 0, totalSteps, sampler: {}, optimisers: [], means: {} }
      saveCheckpoint(${JSON.stringify(run.path)}, { position, tensors: new Map([['model.weight', contents]]) })
      console.log(totalSteps)
    }`
  let acknowledged = 0
  for (let kill = 0; kill < 3; kill++) {
    const args = ['--input-type=module-typescript', '-e', source, String(acknowledged + 1)]
    const child = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const closed = new Promise((resolve) => child.on('close', resolve))
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (text) => {
        acknowledged = Number(String(text).trimEnd().split('\n').at(-1))
        resolve()
      })
    })
    await setTimeout([3, 11, 27][kill])
    child.kill('SIGKILL')
    await closed
    removeStaleTemporaries(run.path)
    assert.ok(readdirSync(run.path).every((name) => /^stage1-\d{9}\.safetensors$/.test(name)))
    const found = latestCheckpoint(run.path, 'stage1', (message) => assert.fail(message))!
    assert.ok(found.position.totalSteps >= acknowledged)
    for (const each of found.tensors.values()) each.dispose()
  }
})

test('a full disk: a WriteError with sizes and remedy, and the last good checkpoint is still the newest', (t) => {
  using run = temporaryRun()
  const small = join(run.path, 'small')
  mkdirSync(small)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small]).status !== 0)
    return t.skip('SKIPPED: mounting a small file system needs root')
  try {
    saveCheckpoint(small, checkpointOf(1))
    const large = tensor(new Float32Array(100_000))
    assert.throws(
      () => saveCheckpoint(small, checkpointOf(2, large)),
      (error) =>
        error instanceof WriteError && error.code === 'ENOSPC' && /free some space/.test(error.message),
    )
    assert.deepEqual(readdirSync(small), ['stage1-000000001.safetensors'])
    assert.equal(latestCheckpoint(small, 'stage1', assert.fail)!.position.totalSteps, 1)
  } finally {
    spawnSync('umount', [small])
  }
})
