// A simulated loop and its evidence: every arm, budget and seed on the same pools, from the same base model. Each stage of
// each arm is a folder of plain files; what is done is not done again.

import fs from 'node:fs'
import { join } from 'node:path'
import { removeStaleTemporaries, writeFileAtomicSync } from '@oltr/torch/files'
import { ConfigError } from '../errors.ts'
import { whileLocked } from '../folder-lock.ts'
import { createProgress } from '../reporting/progress.ts'
import { heed, listenForStop, type StopRequest } from '../training/interruption.ts'
import type { Annotator } from './annotation/annotator.ts'
import { noisyCrowd } from './annotation/noisy-crowd.ts'
import { perfectOracle } from './annotation/perfect-oracle.ts'
import { parseArm } from './arm.ts'
import { drawPools, type StagePool } from './draw-pool.ts'
import { fineTunedStage } from './fine-tuned.ts'
import type { LoopConfig } from './loop-config.ts'
import type { LoopRecord } from './loop-record.ts'
import { type ArmState, runLoopStage } from './loop-stage.ts'
import { NO_UPDATE } from './loop-statistics.ts'
import { type LoopWorld, loadLoopWorld } from './loop-world.ts'
import { measureStage } from './measure-stage.ts'

export interface LoopResult {
  readonly world: LoopWorld
  readonly records: readonly LoopRecord[]
}

/**
 * Runs the loop of a finished run in `folder`, from wherever it stands, and returns the records of all arms.
 *
 * Throws ConfigError when the folder holds another loop, or nothing is left to discover; DataError for unusable data, or a
 * folder that another process works on; Interrupted after a signal: the same call goes on exactly there.
 */
export async function runLoop(
  run: string,
  folder: string,
  config: LoopConfig,
  options: { json?: boolean } = {},
): Promise<LoopResult> {
  claimLoop(folder, run, config)
  for (const arm of config.arms) parseArm(arm, config.scores)
  return whileLocked(folder, () => loopIn(folder, run, config, options))
}

async function loopIn(
  folder: string,
  run: string,
  config: LoopConfig,
  { json }: { json?: boolean },
): Promise<LoopResult> {
  const stop = listenForStop()
  try {
    const world = await loadLoopWorld(run, join(folder, 'features'), { json, stop })
    const stages = config.protocol === 'stages' ? config.stages : 1
    const budgets = config.protocol === 'stages' ? [config.stageBudget] : config.budgets
    const total = config.seeds.length * config.arms.length * budgets.length * stages
    const progress = createProgress({ label: `loop, ${config.protocol}`, total, unit: 'stages', json })
    const records: LoopRecord[] = []
    for (const seed of config.seeds) {
      const pools = drawPools(world.poolLabels, world.exploration.knownClasses, stages, {
        ...config.pool,
        seed,
      })
      if (config.protocol === 'stages') records.push(...withoutUpdate(world, pools, seed, budgets[0]!))
      for (const arm of config.arms) {
        for (const budget of budgets) {
          const path = join(folder, `seed-${seed}`, folderName(arm), folderName(budget))
          const onStage = (record: LoopRecord): void => {
            records.push(record)
            progress.update(records.length, { arm, budget, unknown: Number(record.unknown.toFixed(3)) })
          }
          await runArm(path, world, { config, arm, seed, budget, pools, stop, onStage })
        }
      }
    }
    progress.done()
    if (config.fineTuned) records.push(...(await fineTuned(folder, world, config, stages, stop, json)))
    writeFileAtomicSync(join(folder, 'records.json'), `${JSON.stringify(records, null, 2)}\n`)
    return { world, records }
  } finally {
    stop.release()
  }
}

interface ArmRun {
  readonly config: LoopConfig
  readonly arm: string
  readonly seed: number
  readonly budget: string
  readonly pools: readonly StagePool[]
  readonly stop: StopRequest
  readonly onStage: (record: LoopRecord) => void
}

async function runArm(path: string, world: LoopWorld, run: ArmRun): Promise<void> {
  const { config, pools, seed, budget, stop } = run
  const arm = parseArm(run.arm, config.scores)
  let state: ArmState = { model: world.model, card: world.card, sha256: world.modelSha256, taught: [] }
  for (let stage = 1; stage <= pools.length; stage++) {
    const before = state.model
    const done = await runLoopStage(join(path, `stage-${stage}`), state, {
      world,
      config,
      arm,
      seed,
      budget,
      protocol: config.protocol,
      stage,
      pools,
      annotators: annotatorsOf(config, world, seed),
      stop,
    })
    if (before !== world.model && before !== done.state.model) before.dispose()
    state = done.state
    run.onStage(done.record)
  }
  if (state.model !== world.model) state.model.dispose()
}

/** The people of a loop: they answer by the true classes of the pool, each as well as they can. */
function annotatorsOf({ annotation }: LoopConfig, world: LoopWorld, seed: number): Annotator[] {
  const names = new Map<string, string>()
  world.pool.images.forEach((stored, at) => {
    if ('id' in stored && !names.has(stored.id)) names.set(stored.id, world.classNames[world.poolLabels[at]])
  })
  const truth = ({ id }: { id: string }): string => names.get(id)!
  if (annotation.kind === 'oracle') return [perfectOracle(truth)]
  const knownClasses = world.classNames.slice(0, world.exploration.knownClasses)
  return noisyCrowd(
    { ...annotation.crowd, seed: annotation.crowd.seed + seed },
    { truth, knownClasses, allClasses: world.classNames },
  )
}

/** What the base model does on the classes of each stage: it knows none of the new ones. */
function withoutUpdate(
  world: LoopWorld,
  pools: readonly StagePool[],
  seed: number,
  budget: string,
): LoopRecord[] {
  const taught = { model: world.model, classNames: world.card.classNames, taught: [] }
  return pools.map((pool, i) =>
    measureStage(world, { protocol: 'stages', arm: NO_UPDATE, seed, stage: i + 1, budget }, pools, {
      before: taught,
      after: taught,
      selection: { pool: pool.positions.length, asked: [], seconds: 0 },
      labelled: 0,
      updateSeconds: 0,
      refused: null,
    }),
  )
}

async function fineTuned(
  folder: string,
  world: LoopWorld,
  config: LoopConfig,
  stages: number,
  stop: StopRequest,
  json?: boolean,
): Promise<LoopRecord[]> {
  const [seed] = config.seeds
  const pools = drawPools(world.poolLabels, world.exploration.knownClasses, stages, { ...config.pool, seed })
  const records: LoopRecord[] = []
  for (let stage = 1; stage <= stages; stage++) {
    const path = join(folder, `seed-${seed}`, 'fine-tuned', `stage-${stage}`)
    records.push(
      await fineTunedStage(path, world, pools, { protocol: config.protocol, seed, stage }, { stop, json }),
    )
    await heed(stop)
  }
  return records
}

/** A folder belongs to one loop of one run. */
function claimLoop(folder: string, run: string, config: LoopConfig): void {
  const file = join(folder, 'loop.json')
  const text = `${JSON.stringify({ run, config }, null, 2)}\n`
  fs.mkdirSync(folder, { recursive: true })
  removeStaleTemporaries(folder)
  if (!fs.existsSync(file)) writeFileAtomicSync(file, text)
  else if (fs.readFileSync(file, 'utf8') !== text)
    throw new ConfigError(
      'loop',
      folder,
      'this folder holds a loop of another run or configuration; choose another --out',
    )
}

function folderName(name: string): string {
  return name.replace(/%$/, '-percent').replace(/[^\w.@,-]/g, '_')
}
