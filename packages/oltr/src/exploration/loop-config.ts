// A simulated loop, completely: which pools, which arms, how much may be asked, who answers, how the model is updated. The
// whole is stored with the loop, and the same folder goes on only with the same.

import { z } from 'zod'
import { explainConfig } from '../datasets/config-explanation.ts'
import { crowdSchema } from './annotation/noisy-crowd.ts'
import { METRICS, READINGS } from './scores.ts'
import { updateSchema } from './update-model.ts'

const annotationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('oracle') }),
  z.strictObject({
    kind: z.literal('crowd'),
    crowd: crowdSchema.prefault({}),
    /** People asked about each image. */
    overlap: z.int().min(1).default(3),
    consensus: z.enum(['majority', 'dawid-skene']).default('majority'),
  }),
])

export const loopSchema = z.strictObject({
  /** `budget-curve`: one stage, every budget (Fig. 12(a)). `stages`: one budget, stage after stage (Table 9). */
  protocol: z.enum(['budget-curve', 'stages']).default('budget-curve'),
  stages: z.int().min(1).default(2),
  /** Strategies, each as `energy` or `energy@unit`; the first is the one that is compared with random. */
  arms: z
    .array(z.string().min(1))
    .min(1)
    .default([
      'energy-clusters',
      'energy',
      'cluster-energy',
      'random',
      'max-softmax',
      'entropy',
      'margin',
      'k-center',
    ]),
  seeds: z.array(z.int().min(0)).min(1).default([0, 1, 2, 3, 4]),
  /** Of the pool, `200` images or `10%`, each; the paper's curve goes from 10% to 30%, a person's patience rather below. */
  budgets: z.array(z.string().min(1)).min(1).default(['2%', '5%', '10%', '15%', '20%', '25%', '30%']),
  /** Of each stage's pool, in the protocol `stages`. */
  stageBudget: z.string().min(1).default('30%'),
  /** Ask no further when so many answers in a row brought no new class; null spends the whole budget. */
  stopAfter: z.int().min(1).nullable().default(null),
  pool: z
    .strictObject({
      openPerClass: z.int().min(1).nullable().default(100),
      knownPerOpen: z.number().min(0).nullable().default(1),
    })
    .prefault({}),
  scores: z
    .strictObject({
      reading: z.enum(READINGS).default('product'),
      metric: z.enum(METRICS).default('euclidean'),
      temperature: z.number().positive().default(1),
    })
    .prefault({}),
  annotation: annotationSchema.prefault({ kind: 'oracle' }),
  /** A comparison refuses nothing unless told to: what an arm costs the known classes stands in its record. */
  update: updateSchema
    .extend({ maxKnownLoss: updateSchema.shape.maxKnownLoss.unwrap().default(1) })
    .prefault({}),
  /** Also fine-tune the whole network on base data and every label of the pool, for the first seed: what could be had. */
  fineTuned: z.boolean().default(false),
})

export type LoopConfig = z.output<typeof loopSchema>
export type LoopConfigInput = z.input<typeof loopSchema>

/** Checks a configuration and fills in defaults. Throws ConfigError for the first wrong value or unknown key. */
export function parseLoopConfig(value: unknown): LoopConfig {
  const result = loopSchema.safeParse(value)
  if (result.success) return result.data
  throw explainConfig(result.error, loopSchema, value, 'loop')
}
