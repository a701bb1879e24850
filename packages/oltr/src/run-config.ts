// A run, completely: what data, which model, how each stage trains, how it is judged, how it is executed. A recipe is a
// function that returns one; the command line may override any leaf; the whole is stored with the run.

import { z } from 'zod'
import { explainConfig } from './datasets/config-explanation.ts'
import { dataConfigSchema } from './datasets/data-config.ts'
import { ModelConfig } from './model-config.ts'

const epoch = z.number().nonnegative()
const rate = z.number().nonnegative()

/** Factor of the base learning rate by epoch, counted from 0; see the schedules of `@oltr/torch/optim`. */
const plainScheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  z.strictObject({ kind: z.literal('step'), stepSize: z.number().positive(), gamma: z.number().positive() }),
  z.strictObject({ kind: z.literal('multi-step'), milestones: z.array(epoch), gamma: z.number().positive() }),
  z.strictObject({ kind: z.literal('cosine'), epochs: z.number().positive(), minimum: rate.default(0) }),
  z.strictObject({ kind: z.literal('piecewise'), pieces: z.array(z.tuple([epoch, rate])).min(1) }),
])
const scheduleSchema = z.union([
  plainScheduleSchema,
  z.strictObject({
    kind: z.literal('linear-warm-up'),
    epochs: z.number().positive(),
    from: z.number().min(0).max(1),
    after: plainScheduleSchema,
  }),
])

/** Which images an epoch shows: all once, or `perClass` in a row of each class in turn, or by class probability. */
const samplerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('shuffle') }),
  z.strictObject({ kind: z.literal('class-aware'), perClass: z.int().min(1).default(4) }),
  z.strictObject({ kind: z.literal('square-root') }),
  z.strictObject({ kind: z.literal('progressively-balanced') }),
])

const optimiserSchema = z.strictObject({
  momentum: z.number().min(0).lt(1).default(0.9),
  nesterov: z.boolean().default(false),
  weightDecay: rate,
  /** Largest norm of all gradients together; null leaves them as they are. */
  clipGradNorm: z.number().positive().nullable().default(null),
})

const stageOneSchema = z.strictObject({
  epochs: z.int().min(0),
  batchSize: z.int().min(1),
  sampler: samplerSchema,
  learningRate: z.strictObject({ backbone: rate, classifier: rate }),
  schedule: scheduleSchema,
  optimiser: optimiserSchema,
})

const stageTwoSchema = z.strictObject({
  /**
   * `scratch` is training in a single stage: no stage 1, weights that begin at random (or at `model.pretrained`), centroids
   * drawn from N(0, 1).
   */
  start: z.enum(['stage1', 'scratch']).default('stage1'),
  epochs: z.int().min(0),
  batchSize: z.int().min(1),
  sampler: samplerSchema,
  /** `head`: attention, fc_add, hallucinator, selector and cosine classifier. Centroids: `model.centroids.lr`. */
  learningRate: z.strictObject({ backbone: rate, head: rate }),
  schedule: scheduleSchema,
  optimiser: optimiserSchema,
  /** Train only attention, fc_add and the head; batch-norm statistics still move, as in the authors' code. */
  freezeBackbone: z.boolean().default(false),
})

const augmentationSchema = z.enum(['cifar', 'imagenet', 'places', 'inaturalist', 'small'])

/** When an image counts as unknown. `fit` needs validation images; without any the paper's 0.1 on max-softmax is kept. */
const thresholdSchema = z.strictObject({
  score: z.enum(['maxSoftmax', 'energy', 'reachability']).default('maxSoftmax'),
  method: z
    .discriminatedUnion('kind', [
      /** Accepts this share of the known validation images; with `class`, each class weighs the same. */
      z.strictObject({
        kind: z.literal('keepKnown'),
        share: z.number().gt(0).lt(1),
        balance: z.enum(['image', 'class']).default('image'),
      }),
      /** The best macro-F1 over K + 1 classes; needs unknown validation images too. */
      z.strictObject({ kind: z.literal('macroF1') }),
      z.strictObject({ kind: z.literal('fixed'), value: z.number() }),
    ])
    .prefault({ kind: 'keepKnown', share: 0.95 }),
})

const executionSchema = z.strictObject({
  device: z.string().default('cpu'),
  /** `auto`: bfloat16 where the processor computes in it, float32 elsewhere. */
  precision: z.enum(['auto', 'float32', 'bfloat16']).default('auto'),
  /** Threads of one operator and of the loader; null takes all processors. */
  threads: z.int().min(1).nullable().default(null),
  /** Batches decoded and augmented ahead of the step. */
  prefetch: z.int().min(1).default(4),
  /** A checkpoint is written at least this often, and at the end of each epoch that has it due. */
  checkpointSeconds: z.number().positive().default(120),
  /** Evaluation on validation images every so many epochs; it selects nothing, it is for the curves. */
  validateEvery: z.int().min(1).default(5),
  evaluationBatchSize: z.int().min(1).default(256),
})

export const runConfigSchema = z.strictObject({
  recipe: z.string(),
  seed: z.int().min(0).max(0xffffffff).default(0),
  data: dataConfigSchema,
  augmentation: augmentationSchema,
  model: ModelConfig,
  stage1: stageOneSchema,
  stage2: stageTwoSchema,
  threshold: thresholdSchema.prefault({}),
  /** Many-shot classes have more training images than `manyAbove`, few-shot ones fewer than `fewBelow`. */
  shots: z
    .strictObject({ manyAbove: z.int().min(0).default(100), fewBelow: z.int().min(0).default(20) })
    .prefault({}),
  execution: executionSchema.prefault({}),
})

export type RunConfig = z.output<typeof runConfigSchema>
export type RunConfigInput = z.input<typeof runConfigSchema>
export type StageOneConfig = RunConfig['stage1']
export type StageTwoConfig = RunConfig['stage2']

/** Checks a configuration and fills in defaults. Throws ConfigError for the first wrong value or unknown key. */
export function parseRunConfig(value: unknown): RunConfig {
  const result = runConfigSchema.safeParse(value)
  if (result.success) return result.data
  throw explainConfig(result.error, runConfigSchema, value, 'config')
}
