// The simulated loop: what it records, and that it may be killed at any moment.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { loadOltr } from '../trained-model.ts'
import { temporaryRun, tinyConfig } from '../training/tiny-run.fixture.ts'
import { train } from '../training/train.ts'
import { type LoopResult, runLoop } from './loop.ts'
import { type LoopConfigInput, parseLoopConfig } from './loop-config.ts'
import type { LoopRecord } from './loop-record.ts'

// More with KILLS=100 in the environment.
const KILLS = Number(process.env.KILLS ?? 20)

const trained = temporaryRun()

const settings: LoopConfigInput = {
  protocol: 'stages',
  arms: ['energy-clusters', 'energy@unit', 'random', 'k-center'],
  seeds: [0, 1],
  stageBudget: '20%',
  pool: { openPerClass: 30, knownPerOpen: 1 },
  update: { maxKnownLoss: 1, refinement: { epochs: 5 } },
}

before(async () => {
  const config = tinyConfig((each) => {
    // Rates at which no processor's rounding sends a stage astray.
    each.stage1.learningRate = { backbone: 0.01, classifier: 0.01 }
    each.stage2.learningRate = { backbone: 0.0005, head: 0.005 }
  })
  await train(config, trained.path, { json: true })
})

async function loop(
  change: LoopConfigInput = {},
): Promise<LoopResult & { folder: ReturnType<typeof temporaryRun> }> {
  const folder = temporaryRun()
  return {
    folder,
    ...(await runLoop(trained.path, folder.path, parseLoopConfig({ ...settings, ...change }), {
      json: true,
    })),
  }
}

/** Everything a loop leaves but its clocks: each file's hash, times taken out. */
function outcome(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    // The lock says which process worked here.
    .filter((entry) => entry.isFile() && entry.name !== '.lock')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return Object.fromEntries(
    files.map((file) => {
      const bytes = readFileSync(file)
      const content = /\.jsonl?$/.test(file)
        ? bytes.toString().replaceAll(/"(\w*[sS]econds)": ?[\d.e-]+/g, '')
        : bytes
      return [relative(folder, file), createHash('sha256').update(content).digest('hex')]
    }),
  )
}

test('every arm has a record for each seed and stage, and the model without update has its own', async () => {
  const { folder, records } = await loop()
  using _ = folder
  assert.equal(records.length, 2 * 2 * (settings.arms!.length + 1))
  for (const record of records) {
    assert.equal(record.openClasses, 1)
    assert.ok(record.known >= 0 && record.known <= 1 && record.unknown >= 0 && record.unknown <= 1)
    if (record.arm === 'no update') assert.equal(record.unknown, 0)
    else assert.equal(record.queried, Math.round(0.2 * record.pool))
  }
  const stage = (n: number) =>
    records.find(({ arm, seed, stage: at }) => arm === 'random' && seed === 0 && at === n)!
  assert.equal(stage(2).knownBefore, stage(1).known)
})

test('with everything asked, everything is discovered, and each new image is known by its true name', async () => {
  const { folder, records } = await loop({ arms: ['random'], seeds: [0], stageBudget: '100%' })
  using _ = folder
  const [, , first, second] = records as [LoopRecord, LoopRecord, LoopRecord, LoopRecord]
  for (const record of [first, second]) {
    assert.equal(record.queried, record.pool)
    assert.equal(record.queriedOpen, 30)
    assert.equal(record.discovered, 1)
    assert.equal(record.labelled, record.pool)
  }
  const labels = readFileSync(join(folder.path, 'seed-0/random/100-percent/stage-2/labels.json'), 'utf8')
  assert.equal(JSON.parse(labels).newClasses.length, 1)
})

test('a pool of open images only is explored like any other', async () => {
  const { folder, records } = await loop({
    pool: { openPerClass: 10, knownPerOpen: 0 },
    seeds: [0],
    arms: ['energy'],
  })
  using _ = folder
  const energy = records.filter(({ arm }) => arm === 'energy')
  assert.equal(energy.length, 2)
  for (const record of energy) assert.equal(record.queriedOpen, record.queried)
})

test('an update that costs known classes too much is refused: the model stays, and the record says why', async () => {
  const { folder, records } = await loop({
    arms: ['random'],
    seeds: [0],
    update: { maxKnownLoss: 0, calibrated: false, refinement: { epochs: 0 } },
  })
  using _ = folder
  const refused = records.filter(({ refused }) => refused !== undefined)
  assert.ok(refused.length > 0)
  for (const record of refused) {
    assert.match(record.refused!, /known classes lose [\d.]+ points on validation images, more than 0\.0/)
    assert.equal(record.known, record.knownBefore)
    assert.equal(record.unknown, 0)
  }
  assert.ok(!existsSync(join(folder.path, 'seed-0/random/20-percent/stage-1/model.safetensors')))
})

test('a stopping rule ends the questions when nothing new turns up', async () => {
  const { folder, records } = await loop({ arms: ['random'], seeds: [0], stageBudget: '100%', stopAfter: 8 })
  using _ = folder
  for (const record of records.filter(({ arm }) => arm === 'random')) {
    assert.ok(record.queried < record.pool, `${record.queried} of ${record.pool}`)
    assert.ok(record.queried >= 8)
  }
})

test('a crowd that errs and has several names for a class teaches most of what the oracle does', async () => {
  const { folder, records } = await loop({
    arms: ['random'],
    seeds: [0],
    stageBudget: '100%',
    annotation: { kind: 'crowd' },
  })
  using _ = folder
  const [, , first] = records
  assert.equal(first!.discovered, 1)
  const names = JSON.parse(
    readFileSync(join(folder.path, 'seed-0/random/100-percent/stage-1/labels.json'), 'utf8'),
  )
  assert.ok(names.merges.length > 0, 'several names for one class are joined')
})

test('the upper bound is trained on base data and every label of the pools, stage by stage, once', async () => {
  const { folder, records } = await loop({ arms: ['random'], seeds: [0], fineTuned: true })
  using _ = folder
  const bound = records.filter(({ arm }) => arm === 'fine-tuned')
  assert.deepEqual(
    bound.map(({ stage, queried, queriedOpen, discovered }) => [stage, queried, queriedOpen, discovered]),
    [
      [1, 60, 30, 1],
      [2, 60, 30, 1],
    ],
  )
  const file = join(folder.path, 'seed-0/fine-tuned/stage-2/oltr.safetensors')
  const { card, model } = loadOltr(file)
  model.dispose()
  assert.equal(card.classNames.length, 4 + 2)
  assert.equal(
    card.trainingCounts.slice(4).reduce((sum, count) => sum + count, 0),
    2 * 30,
  )
  const before = readFileSync(file)
  const again = await runLoop(
    trained.path,
    folder.path,
    parseLoopConfig({ ...settings, arms: ['random'], seeds: [0], fineTuned: true }),
    { json: true },
  )
  assert.deepEqual(again.records, records)
  assert.ok(readFileSync(file).equals(before))
})

test('a folder keeps to its loop: other settings are refused', async () => {
  const { folder } = await loop({ arms: ['random'], seeds: [0] })
  using _ = folder
  await assert.rejects(runLoop(trained.path, folder.path, parseLoopConfig(settings)), {
    name: 'ConfigError',
    message: /holds a loop of another run or configuration/,
  })
})

test(`killed at ${KILLS} random moments and started again, a loop leaves the same files`, async (t) => {
  using undisturbed = temporaryRun()
  const begun = performance.now()
  assert.equal(await started(undisturbed.path).ended, 0)
  const duration = performance.now() - begun
  const expected = outcome(undisturbed.path)
  let seed = 7
  /** 0 to 1, of the generator of Park and Miller. */
  const random = (): number => {
    seed = (seed * 48271) % 2147483647
    return seed / 2147483647
  }
  let kills = 0
  let loops = 0
  while (kills < KILLS) {
    using folder = temporaryRun()
    for (let done = false; !done; ) {
      const child = started(folder.path)
      if (kills < KILLS) {
        await Promise.race([child.ended, setTimeout((0.2 + 0.7 * random()) * duration)])
        child.kill()
      }
      const code = await child.ended
      if (code === null) kills++
      else assert.equal(code, 0)
      done = code === 0
    }
    loops++
    assert.deepEqual(outcome(folder.path), expected)
  }
  t.diagnostic(`${kills} kills in ${loops} loops`)
})

function started(folder: string): { ended: Promise<number | null>; kill: () => void } {
  const script = fileURLToPath(new URL('loop.fixture.ts', import.meta.url))
  const child = spawn(process.execPath, [script, trained.path, folder, JSON.stringify(settings)], {
    stdio: 'ignore',
  })
  return {
    ended: new Promise((resolve) => child.on('close', (code) => resolve(code))),
    kill: () => child.kill('SIGKILL'),
  }
}
