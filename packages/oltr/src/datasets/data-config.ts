// What a run says about its data, as a schema: where the images are, the long tail, the unknown classes, the validation
// part. Unknown keys are refused with the nearest allowed one, so a misspelt option never passes for a default.

import { z } from 'zod'
import { explainConfig } from './config-explanation.ts'
import type { GeneratedOptions } from './generated.ts'

export const DATA_FORMATS = [
  'generated',
  'cifar10',
  'cifar100',
  'list',
  'folder',
  'inaturalist',
  'tiny-imagenet',
  'csv',
] as const
export type DataFormat = (typeof DATA_FORMATS)[number]

const seed = z.int().min(0).max(0xffffffff)
const classChoice = z.union([z.int().min(1), z.array(z.string().min(1)).min(1)])

/** List files; a relative path is looked for from the working folder, then inside `path`. */
const listsSchema = z.strictObject({
  train: z.string(),
  val: z.string().optional(),
  test: z.string().optional(),
  open: z.string().optional(),
})

const longTailSchema = z.strictObject({
  profile: z.enum(['exponential', 'lomax']),
  /** Largest class / smallest class. */
  imbalance: z.number().min(1),
  /** Lomax only: tail shape; without it, the fit to ImageNet-LT. */
  alpha: z.number().positive().optional(),
  seed: seed.default(0),
})

const heldOutSchema = z.strictObject({
  /** Classes treated as unknown at test time: how many (drawn by seed) or their names. */
  classes: classChoice,
  /** Further classes, different from those, whose images fit thresholds; never tested on. */
  validationClasses: classChoice.optional(),
  seed: seed.default(0),
})

const openSchema = z.strictObject({
  /** A folder, an archive (`.tar`, `.tar.gz`: extracted once to `cache`) or, for `list` and `csv`, the image root. */
  path: z.string(),
  format: z
    .enum(['images', 'folder', 'list', 'csv', 'tiny-imagenet', 'cifar10', 'cifar100'])
    .default('images'),
  /** For `list` and `csv`: the file that names the images. */
  list: z.string().optional(),
  /** Which part of the second data set, where it has several. */
  split: z.enum(['train', 'val', 'test']).default('test'),
  /** At most this many images, drawn by seed. */
  limit: z.int().min(1).optional(),
  /** This many other images of it become the open validation part; default none. */
  validation: z.int().min(1).optional(),
  seed: seed.default(0),
  cache: z.string().optional(),
})

const validationSchema = z.strictObject({
  /** Images of each class taken out of the training images, one always left; never test images. */
  perClass: z.int().min(1),
  seed: seed.default(0),
})

const many = z.int().min(0).optional()

/** Ranges are checked where the images are drawn, see generated.ts. */
const generatedSchema = z.strictObject({
  seed: many,
  size: many,
  knownClasses: many,
  openClasses: many,
  openValidationClasses: many,
  maxPerClass: many,
  minPerClass: many,
  validationPerClass: many,
  testPerClass: many,
  openPerClass: many,
  openValidationPerClass: many,
}) satisfies z.ZodType<GeneratedOptions>

export const dataConfigSchema = z.strictObject({
  format: z.enum(DATA_FORMATS),
  /** Folder or archive of the data set; for `list`, the folder its relative paths start from. */
  path: z.string().optional(),
  lists: listsSchema.optional(),
  /** A file with one class name per line (line 1 = label 0), or the names. */
  classNames: z.union([z.string(), z.array(z.string())]).optional(),
  longTail: longTailSchema.optional(),
  heldOut: heldOutSchema.optional(),
  open: openSchema.optional(),
  validation: validationSchema.optional(),
  /** Side length in pixels of the images that the model sees. */
  imageSize: z.int().min(8).max(1024),
  /** Options of the built-in set, for `format: 'generated'`. */
  generated: generatedSchema.optional(),
  /** Seeds whatever has no seed of its own: the stratified split of a class folder. */
  seed: seed.default(0),
})

/** A complete data configuration, defaults filled in. */
export type DataConfig = z.output<typeof dataConfigSchema>
/** What a person may write: keys that have a default may be absent. */
export type DataConfigInput = z.input<typeof dataConfigSchema>

/**
 * Checks a value and fills in defaults. Throws ConfigError with the path of the first wrong value, what is allowed
 * there, and for an unknown key the nearest allowed key.
 */
export function parseDataConfig(value: unknown, path = 'data'): DataConfig {
  const result = dataConfigSchema.safeParse(value)
  if (result.success) return result.data
  throw explainConfig(result.error, dataConfigSchema, value, path)
}

/** The usual side length of a format's images, in pixels, for commands that have no recipe. */
export function usualImageSize(format: DataFormat): number {
  if (format === 'cifar10' || format === 'cifar100' || format === 'generated') return 32
  return format === 'tiny-imagenet' ? 64 : 224
}
