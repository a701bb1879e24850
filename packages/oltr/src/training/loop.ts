// The training loop: epochs of steps, checkpoints by the clock, exact resume, an orderly stop. The order of one step is
// take a batch, update, log, and only then checkpoint: a checkpoint always stands between two steps.

import { getRngState, scope, setRngState, type Tensor, tensor } from '@oltr/torch'
import type { ImageLoader } from '@oltr/torch/data'
import type { Progress } from '../reporting/progress.ts'
import { latestCheckpoint, type StagePosition, saveCheckpoint } from './checkpoint.ts'
import { heed, Interrupted, type StopRequest } from './interruption.ts'
import type { RunFolder } from './run-folder.ts'
import type { RunLog } from './run-log.ts'
import { RunningMeans } from './running-means.ts'
import {
  allFinite,
  DivergedError,
  type Stage,
  type StepResult,
  startEpoch,
  type TrainingBatch,
} from './stage.ts'

export interface LoopContext {
  readonly folder: RunFolder
  /** Steps that were done before this stage. */
  readonly firstStep: number
  readonly checkpointSeconds: number
  /** Where the model is; batches are moved there. */
  readonly device: string
  readonly stop: StopRequest
  /** Opened with the number of steps that are already done. */
  readonly openProgress: (done: number) => Progress
  /** Opened once it is known where the run goes on. */
  readonly openLog: (resumeAfter: number) => RunLog
  readonly warn: (message: string) => void
  /** What to call the images of a batch in an error. */
  readonly nameImages: (indices: Int32Array) => string
  /** Called after every epoch (from 0) with its number; for validation. When it throws Interrupted, it will be called again. */
  readonly afterEpoch?: (epoch: number, totalSteps: number, log: RunLog) => Promise<void>
}

/** The place where a stage is, as it changes from step to step. */
interface Cursor {
  epoch: number
  /** All steps of an epoch done means: its lines are still to be written. */
  step: number
  means: RunningMeans
}

/**
 * Trains a stage to its last epoch, from its newest checkpoint where one exists, and leaves a checkpoint of the end. With
 * one thread count and CPU, a run that was stopped or killed any number of times ends with the same bits as one that was
 * not.
 *
 * Throws Interrupted after a signal (checkpoint written), DivergedError naming the batch whose loss or gradient is not
 * finite, before anything of it reaches a weight.
 */
export async function runStage(stage: Stage, loader: ImageLoader, context: LoopContext): Promise<void> {
  const { stop, firstStep, device } = context
  const cursor = restore(stage, loader, context)
  const stepsPerEpoch = loader.stepsPerEpoch
  const totalSteps = (): number => cursor.epoch * stepsPerEpoch + cursor.step
  // Where the lines of an epoch are still to be written, those that a killed run wrote since go first.
  const linesDue = cursor.step === stepsPerEpoch
  const log = context.openLog(firstStep + totalSteps() - (linesDue ? 1 : 0))
  const progress = context.openProgress(totalSteps())
  let savedAt = performance.now()
  const isDue = (): boolean => performance.now() - savedAt > context.checkpointSeconds * 1000
  const checkpoint = (): void => {
    log.flush()
    save(stage, loader, cursor, totalSteps(), context)
    savedAt = performance.now()
  }
  try {
    while (cursor.epoch < stage.epochs) {
      startEpoch(stage, cursor.epoch)
      for await (const batch of loader.epoch(cursor.epoch, { fromStep: cursor.step })) {
        try {
          cursor.means.add(takeStep(stage, batch, device))
        } catch (error) {
          throw located(error, stage, cursor, context.nameImages(batch.indices))
        } finally {
          batch.dispose()
        }
        cursor.step++
        progress.update(totalSteps(), { epoch: cursor.epoch + 1, ...cursor.means.rounded() })
        await orCheckpoint(() => heed(stop), checkpoint)
        if (isDue() && cursor.step < stepsPerEpoch) checkpoint()
      }
      log.write(firstStep + totalSteps(), {
        stage: stage.name,
        epoch: cursor.epoch + 1,
        learningRate: stage.optimisers[0]!.groups[0]!.lr,
        ...cursor.means.values(),
      })
      await orCheckpoint(
        async () => context.afterEpoch?.(cursor.epoch, firstStep + totalSteps(), log),
        checkpoint,
      )
      Object.assign(cursor, { epoch: cursor.epoch + 1, step: 0, means: new RunningMeans() })
      if (isDue() || cursor.epoch === stage.epochs) checkpoint()
    }
  } finally {
    progress.done()
    log.close()
  }
}

function takeStep(stage: Stage, { images, labels }: TrainingBatch, device: string): StepResult {
  return scope(() => stage.step({ images: images.to({ device }), labels: labels.to({ device }) }))
}

/** A signal that is heard meanwhile leads to a checkpoint of where the stage stands. */
async function orCheckpoint(work: () => Promise<void>, checkpoint: () => void): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Interrupted) checkpoint()
    throw error
  }
}

function restore(stage: Stage, loader: ImageLoader, context: LoopContext): Cursor {
  const found = latestCheckpoint(context.folder.checkpoints, stage.name, context.warn)
  if (!found) return { epoch: 0, step: 0, means: new RunningMeans() }
  const { position, tensors } = found
  const part = (prefix: string): Map<string, Tensor> =>
    new Map(
      [...tensors].flatMap(([key, value]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
      ),
    )
  stage.model.loadStateDict(part('model.'))
  stage.optimisers.forEach((optimiser, i) => {
    optimiser.loadStateDict({ tensors: part(`optimiser.${i}.`), settings: position.optimisers[i]! })
  })
  setRngState(tensors.get('random')!.toArray() as Uint8Array)
  loader.sampler.setState(position.sampler)
  for (const each of tensors.values()) each.dispose()
  return {
    epoch: position.epoch,
    step: position.step,
    means: RunningMeans.from(position.means),
  }
}

function save(
  stage: Stage,
  loader: ImageLoader,
  cursor: Cursor,
  totalSteps: number,
  { folder }: LoopContext,
): void {
  scope(() => {
    const states = stage.optimisers.map((optimiser) => optimiser.stateDict())
    const model = stage.model.stateDict()
    const momenta = states.flatMap((state) => [...state.tensors.values()])
    if (!allFinite([...model.values(), ...momenta])) {
      const place = `${stage.name}, after step ${cursor.step} of epoch ${cursor.epoch + 1}`
      throw new DivergedError(
        `a weight is no longer finite (${place}); the last checkpoint is intact: lower the learning rate`,
      )
    }
    const position: StagePosition = {
      stage: stage.name,
      epoch: cursor.epoch,
      step: cursor.step,
      totalSteps,
      sampler: loader.sampler.state(),
      optimisers: states.map((state) => state.settings),
      means: cursor.means.state(),
    }
    const tensors = new Map<string, Tensor>()
    for (const [key, value] of model) tensors.set(`model.${key}`, value)
    states.forEach((state, i) => {
      for (const [key, value] of state.tensors) tensors.set(`optimiser.${i}.${key}`, value)
    })
    tensors.set('random', tensor(getRngState()))
    saveCheckpoint(folder.checkpoints, { position, tensors })
  })
}

function located(error: unknown, stage: Stage, cursor: Cursor, images: string): unknown {
  if (!(error instanceof DivergedError)) return error
  const place = `${stage.name}, epoch ${cursor.epoch + 1}, step ${cursor.step + 1}`
  return new DivergedError(
    `${error.message} (${place}; batch: ${images}). The last checkpoint is intact: lower the learning rate or check these images`,
  )
}
