// A run from its configuration to two finished models: data, stage 1, stage 2, each with its threshold. Every step that
// is already done is skipped, so the same call starts a run, continues it, or finds it complete.

import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { libraryInfo, manualSeed, scope, setThreads, TorchError } from '@oltr/torch'
import { removeStaleTemporaries } from '@oltr/torch/files'
import { loadStateDict } from '@oltr/torch/io'
import type { Module } from '@oltr/torch/nn'
import { classCounts, type Dataset } from '../datasets/dataset.ts'
import { loadSplits, type Splits } from '../datasets/load-splits.ts'
import { ConfigError, DataError } from '../errors.ts'
import { whileLocked } from '../folder-lock.ts'
import { initialiseMemory } from '../memory-initialisation.ts'
import { OpenLongTailedModel } from '../model.ts'
import { PlainModel } from '../plain-model.ts'
import { createProgress } from '../reporting/progress.ts'
import type { RunConfig } from '../run-config.ts'
import { loadTrainedModel, type ModelCard, saveTrainedModel } from '../trained-model.ts'
import { evaluationTransforms } from './augmentation.ts'
import { hasCheckpoint, removeCheckpoints } from './checkpoint.ts'
import { heeding, listenForStop, type StopRequest } from './interruption.ts'
import { evaluationLoader, trainingLoader } from './loaders.ts'
import { runStage } from './loop.ts'
import { memoryStage } from './memory-stage.ts'
import { plainStage } from './plain-stage.ts'
import { choosePrecision, type Precision } from './precision.ts'
import { secondsPerStep } from './precision-probe.ts'
import { checkConfiguration, claim } from './run-claim.ts'
import { openRunFolder, type RunFolder, type StageName } from './run-folder.ts'
import { RunLog } from './run-log.ts'
import { inPrecision, type Stage } from './stage.ts'
import { chooseThreshold } from './threshold-choice.ts'
import { validationMetrics } from './validation.ts'

export interface TrainOptions {
  /** One JSON object a line instead of a progress bar. */
  readonly json?: boolean
  readonly warn?: (message: string) => void
}

interface Run {
  readonly config: RunConfig
  readonly folder: RunFolder
  readonly splits: Splits
  readonly precision: Precision
  readonly stop: StopRequest
  readonly options: TrainOptions
}

/**
 * Trains the stages of a configuration, both or the second alone, into `runPath`, from wherever that run stands.
 *
 * Throws ConfigError when the folder holds a run of another configuration, DataError for unusable data or other images
 * than the run began with or where another process trains there, DataOptionError for a batch larger than the data, Interrupted after a signal, DivergedError
 * when a number is no longer finite. Until the data are loaded, there is nothing to save, and signals end the process.
 */
export async function train(
  config: RunConfig,
  runPath: string,
  options: TrainOptions = {},
): Promise<RunFolder> {
  const folder = openRunFolder(runPath)
  checkConfiguration(folder, config)
  // A run killed between writing a model and clearing up has checkpoints of a finished stage.
  for (const stage of ['stage1', 'stage2'] as const) {
    if (existsSync(folder.model(stage))) removeCheckpoints(folder.checkpoints, stage)
  }
  if (existsSync(folder.model('stage2'))) return folder
  return whileLocked(folder.path, () => trainIn(folder, config, options))
}

async function trainIn(folder: RunFolder, config: RunConfig, options: TrainOptions): Promise<RunFolder> {
  if (config.stage2.start === 'scratch' && config.model.reachScale === 'mean-distance')
    throw new ConfigError(
      'model.reachScale',
      config.model.reachScale,
      'expected a number where stage 2 starts from scratch: there are no features yet to measure distances of',
    )
  for (const each of [folder.path, folder.checkpoints]) removeStaleTemporaries(each)
  setThreads(config.execution.threads ?? availableParallelism())
  const splits = await loadSplits(config.data)
  // A batch that is too large for the data must not be found out after hours of stage 1.
  for (const stage of ['stage1', 'stage2'] as const) trainingLoader(splits.train, config, stage)
  await claim(folder, config, splits.record)
  const stop = listenForStop()
  try {
    const { precision: wanted, device } = config.execution
    const precision = choosePrecision(folder.precision, wanted, device, (each) =>
      secondsPerStep(config, each),
    )
    const run: Run = { config, folder, splits, precision, stop, options }
    if (config.stage2.start === 'stage1' && !existsSync(folder.model('stage1'))) await trainPlain(run)
    await trainMemory(run)
  } finally {
    stop.release()
  }
  return folder
}

async function trainPlain(run: Run): Promise<void> {
  const { config, splits } = run
  manualSeed(config.seed)
  const model = new PlainModel(config.model, splits.train.classNames.length)
  if (config.model.pretrained) loadPretrained(model.backbone, config.model.pretrained)
  place(model, run)
  await runAndSave(plainStage(model, config, run.precision), model, 'plain', 0, run)
  model.dispose()
}

async function trainMemory(run: Run): Promise<void> {
  const { config, precision } = run
  const fromStageOne = config.stage2.start === 'stage1'
  const model = fromStageOne ? await onStageOne(run) : fromScratch(run)
  const stepsBefore = fromStageOne ? config.stage1.epochs * stepsPerEpoch(run, 'stage1') : 0
  await runAndSave(memoryStage(model, config, precision), model, 'oltr', stepsBefore, run)
  model.dispose()
}

async function onStageOne(run: Run): Promise<OpenLongTailedModel> {
  const { config, splits, folder, precision } = run
  const plain = loadTrainedModel(folder.model('stage1'))
  if (plain.kind !== 'plain') {
    throw new DataError(folder.model('stage1'), 'is no stage-1 model; remove it to train stage 1 again')
  }
  manualSeed(config.seed + 1)
  const model = new OpenLongTailedModel(config.model, splits.train.classNames.length)
  model.initFromStageOne(plain.model)
  plain.model.dispose()
  place(model, run)
  // A checkpoint holds the memory as it was then.
  if (!hasCheckpoint(folder.checkpoints, 'stage2')) {
    const loader = evaluationLoader(splits.train, config)
    await initialiseMemory(model, () => heeding(loader.epoch(0), run.stop), {
      region: (body) => inPrecision(precision, config.execution.device, body),
    })
  }
  return model
}

function fromScratch(run: Run): OpenLongTailedModel {
  const { config, splits } = run
  manualSeed(config.seed)
  const model = new OpenLongTailedModel(config.model, splits.train.classNames.length)
  if (config.model.pretrained) loadPretrained(model.backbone, config.model.pretrained)
  model.memory.randomise()
  place(model, run)
  return model
}

function stepsPerEpoch({ config, splits }: Run, stage: StageName): number {
  return trainingLoader(splits.train, config, stage).stepsPerEpoch
}

async function runAndSave(
  stage: Stage,
  model: PlainModel | OpenLongTailedModel,
  kind: ModelCard['kind'],
  firstStep: number,
  run: Run,
): Promise<void> {
  const { config, folder, splits, precision, options } = run
  const loader = trainingLoader(splits.train, config, stage.name)
  await runStage(stage, loader, {
    folder,
    firstStep,
    checkpointSeconds: config.execution.checkpointSeconds,
    device: config.execution.device,
    stop: run.stop,
    openProgress: (done) =>
      createProgress({
        label: kind === 'plain' ? 'stage 1, plain' : 'stage 2, memory',
        total: stage.epochs * loader.stepsPerEpoch,
        done,
        unit: 'steps',
        json: options.json,
      }),
    openLog: (resumeAfter) => new RunLog(folder, resumeAfter),
    warn: options.warn ?? ((message) => process.stderr.write(`warning: ${message}\n`)),
    nameImages: (indices) => nameImages(splits.train, indices),
    afterEpoch: async (epoch, step, log) => {
      const due = (epoch + 1) % config.execution.validateEvery === 0 || epoch + 1 === stage.epochs
      if (!due || !splits.validation) return
      const metrics = await validationMetrics(
        model,
        splits.train,
        splits.validation,
        config,
        precision,
        run.stop,
      )
      log.write(step, { stage: stage.name, epoch: epoch + 1, ...metrics })
    },
  })
  model.eval()
  saveTrainedModel(folder.model(stage.name), model, {
    kind,
    model: config.model,
    classNames: splits.train.classNames,
    trainingCounts: [...classCounts(splits.train)],
    preprocessing: evaluationTransforms(config),
    threshold: await chooseThreshold(model, splits, config, precision, run.stop),
    provenance: {
      recipe: config.recipe,
      seed: config.seed,
      epochs: stage.epochs,
      precision,
      trainingSplit: splits.record.parts.train!.sha256,
      parameters: countParameters(model),
      libtorch: libraryInfo().version,
    },
  })
  removeCheckpoints(folder.checkpoints, stage.name)
}

/** Trained numbers of a model. */
export function countParameters(model: Module): number {
  return scope(() => model.parameters().reduce((sum, parameter) => sum + parameter.numel, 0))
}

function place(model: Module, { config }: Run): void {
  model.to({ device: config.execution.device, memoryFormat: 'channels_last' })
}

/** Throws ConfigError when the weights are not those of this backbone, FormatError when the file cannot be read. */
function loadPretrained(backbone: Module, path: string): void {
  const state = loadStateDict(path)
  try {
    const { missing } = backbone.loadStateDict(state, { strict: false })
    if (missing.length === 0) return
    const lacking = missing.length === 1 ? missing[0] : `${missing[0]} and ${missing.length - 1} more`
    throw new ConfigError(
      'model.pretrained',
      path,
      `expected every layer of the backbone, without ${lacking}`,
    )
  } catch (cause) {
    if (!(cause instanceof TorchError)) throw cause
    throw new ConfigError('model.pretrained', path, `expected weights of this backbone (${cause.message})`)
  } finally {
    for (const tensor of state.values()) tensor.dispose()
  }
}

function nameImages({ images }: Dataset, indices: Int32Array): string {
  const shown = [...indices.slice(0, 8)]
  const names = images.kind === 'files' ? shown.map((i) => images.paths[i]) : shown.map((i) => `image ${i}`)
  return `${names.join(', ')}${indices.length > shown.length ? ` and ${indices.length - shown.length} more` : ''}`
}
