// What the training loop asks of a stage: a model, its optimisers, and one step. The two stages of the paper are
// plain-stage.ts and memory-stage.ts.

import { autocast, noGrad, ops, scope, type Tensor } from '@oltr/torch'
import type { Module } from '@oltr/torch/nn'
import { applySchedule, clipGradNorm, type Optimizer, type Schedule, scheduleOf } from '@oltr/torch/optim'
import type { RunConfig } from '../run-config.ts'
import type { Precision } from './precision.ts'
import type { StageName } from './run-folder.ts'

/** A batch as the loader delivers it: images (B, 3, H, W) float32, labels (B,) int64. */
export interface TrainingBatch {
  readonly images: Tensor
  readonly labels: Tensor
}

/** Numbers of one step for the log; `loss` is what was minimised. */
export interface StepResult {
  readonly loss: number
  readonly [name: string]: number
}

export interface Stage {
  readonly name: StageName
  readonly model: Module
  readonly epochs: number
  // biome-ignore lint/suspicious/noExplicitAny: each optimiser has settings of its own; the loop uses none of them
  readonly optimisers: readonly Optimizer<any>[]
  readonly schedule: Schedule
  /** Forward, backward and update on one batch. Throws DivergedError before the update when the loss is not finite. */
  step(batch: TrainingBatch): StepResult
}

/** The loss, a gradient or a weight is no longer a finite number. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError'
}

/** Sets every optimiser's rate for an epoch (from 0). */
export function startEpoch(stage: Stage, epoch: number): void {
  stage.model.train()
  for (const optimiser of stage.optimisers) applySchedule(optimiser, stage.schedule, epoch)
}

/** What forward passes of both stages share: the autocast region of the run's precision. */
export function inPrecision<T>(precision: Precision, device: string, body: () => T): T {
  return precision === 'bfloat16' ? autocast({ device, dtype: 'bfloat16' }, body) : body()
}

/** The loss as a number. Throws DivergedError when it is NaN or infinite. */
export function finiteLoss(loss: Tensor): number {
  const value = loss.item()
  if (!Number.isFinite(value)) throw new DivergedError(`the loss is ${value}`)
  return value
}

/**
 * Clips where the configuration asks for it, updates, and forgets the gradients.
 *
 * @param clip largest norm of the gradients of `parameters` together; null leaves them as they are
 * Throws DivergedError, before anything is updated, when that norm is not finite.
 */
export function update(
  // biome-ignore lint/suspicious/noExplicitAny: see Stage.optimisers
  optimisers: readonly Optimizer<any>[],
  parameters: readonly Tensor[],
  clip: number | null,
): void {
  const norm = clipGradNorm(parameters, clip ?? Number.POSITIVE_INFINITY)
  if (!Number.isFinite(norm)) throw new DivergedError(`the norm of the gradients is ${norm}`)
  for (const optimiser of optimisers) {
    optimiser.step()
    optimiser.zeroGrad()
  }
}

/** Share of the batch whose largest logit is its label, 0..1. */
export function batchAccuracy(logits: Tensor, labels: Tensor): number {
  return noGrad(() =>
    scope(() => logits.argmax({ dim: 1 }).eq(labels).to({ dtype: 'float32' }).mean().item()),
  )
}

export function scheduleFrom(config: RunConfig['stage1']['schedule']): Schedule {
  return scheduleOf(config)
}

/** True when every element of every tensor is finite. */
export function allFinite(tensors: Iterable<Tensor>): boolean {
  return noGrad(() =>
    scope(() => {
      for (const tensor of tensors) if (!ops.isfinite(tensor).all().item()) return false
      return true
    }),
  )
}
