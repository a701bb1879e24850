// What could be had with everything: the whole network fine-tuned on the base data and every label of the pools so far. The
// update without retraining has neither the base data, nor the backbone, nor these labels; this is its upper bound.

import { existsSync } from 'node:fs'
import { manualSeed, tensor } from '@oltr/torch'
import { classCounts, type Dataset, subset } from '../datasets/dataset.ts'
import { concatenate } from '../datasets/open-split.ts'
import type { OpenLongTailedModel } from '../model.ts'
import { createProgress } from '../reporting/progress.ts'
import { loadOltr, saveTrainedModel } from '../trained-model.ts'
import type { StopRequest } from '../training/interruption.ts'
import { trainingLoader } from '../training/loaders.ts'
import { runStage } from '../training/loop.ts'
import { memoryStage } from '../training/memory-stage.ts'
import { openRunFolder } from '../training/run-folder.ts'
import { RunLog } from '../training/run-log.ts'
import { countParameters } from '../training/train.ts'
import { predictSets } from '../training/validation.ts'
import type { StagePool } from './draw-pool.ts'
import { growModel } from './grow-model.ts'
import { accuracyByClass, growthMetrics, meanAccuracy } from './growth-metrics.ts'
import { hallucinateClass } from './hallucinate-classifier.ts'
import type { LoopRecord } from './loop-record.ts'
import { FINE_TUNED } from './loop-statistics.ts'
import type { LoopWorld } from './loop-world.ts'
import { accuracyOf } from './measure-stage.ts'

/** Trains in `folder`, from wherever it stands, by the second stage's settings, and measures. Throws Interrupted. */
export async function fineTunedStage(
  folder: string,
  world: LoopWorld,
  pools: readonly StagePool[],
  row: Pick<LoopRecord, 'protocol' | 'seed' | 'stage'>,
  { stop, json }: { stop: StopRequest; json?: boolean },
): Promise<LoopRecord> {
  const { config, card, exploration } = world
  const soFar = pools.slice(0, row.stage)
  const open = soFar.flatMap((pool) => pool.openClasses).sort((a, b) => a - b)
  const modelLabel = (label: number): number | undefined => {
    if (label < exploration.knownClasses) return label
    const at = open.indexOf(label)
    return at < 0 ? undefined : exploration.knownClasses + at
  }
  const classNames = [...card.classNames, ...open.map((label) => world.classNames[label])]
  const run = openRunFolder(folder)
  if (!existsSync(run.model('stage2'))) {
    const data = everything(world, soFar, modelLabel, classNames)
    manualSeed(row.seed)
    const model = started(world, soFar, open)
    model.to({ device: config.execution.device, memoryFormat: 'channels_last' })
    const stage = memoryStage(model, config, card.provenance.precision)
    const loader = trainingLoader(data, config, 'stage2')
    await runStage(stage, loader, {
      folder: run,
      firstStep: 0,
      checkpointSeconds: config.execution.checkpointSeconds,
      device: config.execution.device,
      stop,
      openProgress: (done) =>
        createProgress({
          label: `fine-tuned, stage ${row.stage}`,
          total: stage.epochs * loader.stepsPerEpoch,
          done,
          unit: 'steps',
          json,
        }),
      openLog: (resumeAfter) => new RunLog(run, resumeAfter),
      warn: (message) => void process.stderr.write(`warning: ${message}\n`),
      nameImages: (indices) => `images ${indices.slice(0, 8).join(', ')}`,
    })
    model.eval()
    saveTrainedModel(run.model('stage2'), model, {
      ...card,
      classNames,
      trainingCounts: [...classCounts(data)],
      provenance: {
        ...card.provenance,
        seed: row.seed,
        epochs: stage.epochs,
        parameters: countParameters(model),
      },
    })
    model.dispose()
  }
  return measured(run.model('stage2'), world, pools, row, open, modelLabel)
}

/** Base data and every image of the pools, with its true class. */
function everything(
  { splits, exploration, poolLabels }: LoopWorld,
  pools: readonly StagePool[],
  modelLabel: (label: number) => number | undefined,
  classNames: readonly string[],
): Dataset {
  const positions = pools.flatMap((pool) => [...pool.positions])
  const labels = Int32Array.from(positions, (at) => modelLabel(poolLabels[at])!)
  const added = subset(exploration.pool, positions, { labels, classNames })
  return { ...concatenate(splits.train, added, 'base data and pools'), classNames }
}

/** The base model with a row for each open class, hallucinated from all of its images. */
function started(
  world: LoopWorld,
  pools: readonly StagePool[],
  open: readonly number[],
): OpenLongTailedModel {
  const positions = pools.flatMap((pool) => [...pool.positions])
  const added = open.map((label) => {
    const own = positions.filter((at) => world.poolLabels[at] === label)
    using x = tensor(world.pool.readAt(own), { shape: [own.length, world.model.dimension] }) // (n, D)
    return hallucinateClass(world.model, x, own, 'uniform')
  })
  const grown = growModel(world.model, added)
  for (const { weight, centroid } of added) {
    weight.dispose()
    centroid.dispose()
  }
  return grown
}

async function measured(
  file: string,
  world: LoopWorld,
  pools: readonly StagePool[],
  row: Pick<LoopRecord, 'protocol' | 'seed' | 'stage'>,
  open: readonly number[],
  modelLabel: (label: number) => number | undefined,
): Promise<LoopRecord> {
  const { config, card, splits, exploration, groups } = world
  const { model } = loadOltr(file)
  model.to({ device: config.execution.device, memoryFormat: 'channels_last' })
  const accuracies = new Map<number, number>()
  const classNames = world.classNames.slice(0, model.classes) // as many as there are logits
  for (const set of [splits.test, exploration.openTest]) {
    const unlabelled = { ...set, classNames, labels: new Int32Array(set.labels.length).fill(-1) }
    const { predictions } = (
      await predictSets(model, [unlabelled], config, card.provenance.precision)
    ).columns()
    for (const [label, accuracy] of accuracyByClass({ predictions, labels: set.labels, modelLabel }))
      accuracies.set(label, accuracy)
  }
  model.dispose()
  const stagePool = pools[row.stage - 1]
  const base = { model: world.model, classNames: card.classNames, taught: [] }
  const { known, byGroup, unknown } = growthMetrics(accuracies, groups, stagePool.openClasses)
  return {
    ...row,
    arm: FINE_TUNED,
    budget: 'everything',
    pool: stagePool.positions.length,
    queried: stagePool.positions.length,
    queriedOpen: [...stagePool.positions].filter((at) => world.poolLabels[at] >= exploration.knownClasses)
      .length,
    labelled: stagePool.positions.length,
    openClasses: stagePool.openClasses.length,
    discovered: stagePool.openClasses.length,
    known: known ?? 0,
    knownBefore: growthMetrics(accuracyOf(world, base), groups, []).known ?? 0,
    ...byGroup,
    unknown: unknown ?? 0,
    unknownCumulative: meanAccuracy(accuracies, open) ?? 0,
    selectSeconds: 0,
    updateSeconds: 0,
  }
}
