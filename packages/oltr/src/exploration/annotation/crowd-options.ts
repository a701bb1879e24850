// How a simulated crowd behaves: how often it errs, how many names it has for a new class, how it spells, what it leaves
// unanswered. All shares are probabilities per answer.

import { z } from 'zod'

const share = z.number().min(0).max(1)

export const crowdSchema = z
  .strictObject({
    seed: z.int().min(0).default(0),
    annotators: z.int().min(1).default(3),
    /** Answers that name another class. */
    errorRate: share.default(0.2),
    /** For a true class, the classes it is taken for and how often, relative to each other; else any class alike. */
    confusions: z.record(z.string(), z.record(z.string(), z.number().min(0))).default({}),
    /** Different names that people have for a class the model does not know: its own and invented ones. */
    namesPerNewClass: z.int().min(1).default(3),
    /** Whether an annotator keeps to one name per class or takes any, answer by answer. */
    nameHabit: z.enum(['per-annotator', 'per-answer']).default('per-answer'),
    /** Names of new classes that are spelt in another way: case, plural, separators, a slip of the finger. */
    spellingRate: share.default(0.1),
    /** Names of known classes that are answered by "a known class" without saying which. */
    knownRate: share.default(0),
    unsureRate: share.default(0),
    notAnObjectRate: share.default(0),
    skipRate: share.default(0),
    /** Questions that an annotator never answers. */
    neverRate: share.default(0),
  })
  .refine(
    ({ unsureRate, notAnObjectRate, skipRate, neverRate }) =>
      unsureRate + notAnObjectRate + skipRate + neverRate <= 1,
    { message: 'unsureRate + notAnObjectRate + skipRate + neverRate must be at most 1' },
  )

export type CrowdOptions = z.output<typeof crowdSchema>
export type CrowdOptionsInput = z.input<typeof crowdSchema>
