// Everything about the model that can be chosen, with the paper's or its code's value as the default. Where the paper
// is silent, contradicts itself or contradicts its code, there is an option here and a row in docs/paper-map.md.

import { z } from 'zod'
import { BACKBONE_CHANNELS, BACKBONE_NAMES } from './backbones/names.ts'

const positive = z.number().positive()
const nonNegative = z.number().nonnegative()

export const HallucinatorConfig = z.strictObject({
  /** Eq. 2: 'softmax' makes the coefficients positive with sum 1 (authors' code), 'linear' is the paper's text. */
  activation: z.enum(['softmax', 'linear']).default('softmax'),
  /** 'stage1' starts from the stage-1 classifier (authors' code). */
  init: z.enum(['stage1', 'random']).default('stage1'),
})

export const CentroidConfig = z.strictObject({
  /** Eq. 1: 'code' is an SGD of its own on Eq. 1 / B; 'centerloss' is c -= alpha * Eq. 1, as in centre loss. */
  rule: z.enum(['code', 'centerloss']).default('code'),
  /** Step of the 'centerloss' rule. */
  alpha: positive.default(0.5),
  /** The SGD of the 'code' rule. Its rate follows the schedule of the other parameters. */
  lr: positive.default(0.01),
  momentum: z.number().min(0).lt(1).default(0.9),
  weightDecay: nonNegative.default(5e-4),
})

export const LargeMarginConfig = z.strictObject({
  /** Eq. 13: see losses/large-margin.ts. */
  form: z.enum(['code', 'mean-hinge', 'nearest-hinge', 'none']).default('code'),
  /** What is compared with the centroids: v_direct, where they live (authors' code), or v_meta (the paper's text). */
  input: z.enum(['direct', 'meta']).default('direct'),
  /** lambda of Eq. 11. null: 0.01 for 'code' (authors' code), 0.1 for the hinges (paper). */
  weight: nonNegative.nullable().default(null),
  /** Weight of the repulsion inside 'code'. */
  repulsionWeight: nonNegative.default(0.01),
  /** m of Eq. 13. null: 10 for 'code', in squared distance (authors' code); 5 for the hinges (paper). */
  margin: nonNegative.nullable().default(null),
})

export const AblationConfig = z.strictObject({
  /** false: e * v_memory is 0. */
  memory: z.boolean().default(true),
  /** false: e is 1. */
  conceptSelector: z.boolean().default(true),
  /** false: s_r / gamma is 1. */
  calibrator: z.boolean().default(true),
})

export const ModelConfig = z
  .strictObject({
    /** The feature extractor. */
    backbone: z.enum(BACKBONE_NAMES).default('resnet-10'),
    /** Weights to start the backbone from: a PyTorch or safetensors state dict with torchvision's names. */
    pretrained: z.string().min(1).nullable().default(null),
    /** Side of the square images in pixels; it sizes the attention's spatial layer. */
    imageSize: z.number().int().positive().default(224),
    /** Size D of an extra Linear + ReLU after pooling (512 in the authors' code); null: D is the backbone's C. */
    fcAdd: z.number().int().positive().nullable().default(null),
    /** Give stage 1 that layer as well (the authors do so for Places-LT only). */
    fcAddInStageOne: z.boolean().default(false),
    /** Eq. 6: 'modulated'; 'spatial' is the competitor of Fig. 9(c), 'none' the ablation of Fig. 9(a). */
    attention: z.enum(['modulated', 'spatial', 'none']).default('modulated'),
    hallucinator: HallucinatorConfig.prefault({}),
    /**
     * s_r in v_meta = (s_r / gamma) (v_direct + e * v_memory). 10 is the authors' code, 1 the paper's Eq. 4;
     * 'mean-distance' measures the mean minimum distance when the memory is initialised and keeps it.
     */
    reachScale: z.union([positive, z.literal('mean-distance')]).default(10),
    /** s of the cosine classifier (authors' code; the paper has none, which is 1). */
    cosineScale: positive.default(16),
    /** Which parts of the meta-embedding are on: Fig. 9(b). */
    ablation: AblationConfig.prefault({}),
    centroids: CentroidConfig.prefault({}),
    largeMargin: LargeMarginConfig.prefault({}),
  })
  .superRefine((config, context) => {
    const { backbone, fcAdd, fcAddInStageOne, hallucinator } = config
    const stageOneHasOther = fcAdd !== null && !fcAddInStageOne && fcAdd !== BACKBONE_CHANNELS[backbone]
    if (hallucinator.init === 'stage1' && stageOneHasOther) {
      context.addIssue({
        code: 'custom',
        path: ['hallucinator', 'init'],
        message: `'random', or fcAddInStageOne true: stage 1 classifies ${BACKBONE_CHANNELS[backbone]} features, fcAdd has ${fcAdd}`,
      })
    }
  })

export type HallucinatorConfig = z.output<typeof HallucinatorConfig>
export type CentroidConfig = z.output<typeof CentroidConfig>
export type LargeMarginConfig = z.output<typeof LargeMarginConfig>
export type AblationConfig = z.output<typeof AblationConfig>
export type ModelConfig = z.output<typeof ModelConfig>

/** Weight and margin of the large-margin loss, with the defaults of the form where none is set. */
export function largeMarginConstants(config: LargeMarginConfig): { weight: number; margin: number } {
  const code = config.form === 'code'
  return { weight: config.weight ?? (code ? 0.01 : 0.1), margin: config.margin ?? (code ? 10 : 5) }
}
