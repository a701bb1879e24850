// Versions of the model, what they take images for, and long work.

import { z } from 'zod'
import { count, imageId, jobId, limit, offset, ok, round, share, time } from './values.ts'

export const job = z.strictObject({
  id: jobId,
  kind: z.enum(['explore', 'update', 'sample-pool', 'recognise', 'map']),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  /** What is being done, as a person reads it. */
  label: z.string(),
  /** 0..1; null where nobody knows. */
  progress: share.nullable(),
  secondsLeft: z.number().nullable(),
  error: z.string().nullable(),
  /** One sentence about what came out. */
  outcome: z.string().nullable(),
  by: z.string(),
  started: time.nullable(),
  ended: time.nullable(),
})
export type Job = z.output<typeof job>

const metrics = z.strictObject({
  /** Accuracy on validation images of known classes, over all classes. */
  known: share.nullable(),
  /** Accuracy on the named images of new classes. */
  new: share.nullable(),
  many: share.nullable(),
  medium: share.nullable(),
  few: share.nullable(),
})

const version = z.strictObject({
  version: count,
  inUse: z.boolean(),
  parent: count.nullable(),
  created: z.string().nullable(),
  newClasses: z.array(z.string()),
  /** Images that were named for it. */
  images: count,
  before: metrics.nullable(),
  after: metrics.nullable(),
})
export type ModelVersion = z.output<typeof version>

const recognised = z.strictObject({
  image: imageId,
  /** What the version that chose the images took it for. */
  before: z.string(),
  /** What the version in use takes it for; null: unknown. */
  now: z.string().nullable(),
  confidence: share,
  /** What people agreed on; null where they have not. */
  people: z.string().nullable(),
  /** Whether `now` is a class that training did not have. */
  isNew: z.boolean(),
})
export type Recognised = z.output<typeof recognised>

export const modelSchemas = {
  versions: {
    response: z.strictObject({
      versions: z.array(version),
      /** What answers have bought: one point a version. */
      gains: z.array(
        z.strictObject({ version: count, answers: count, known: share.nullable(), new: share.nullable() }),
      ),
    }),
  },
  useVersion: { body: z.strictObject({ version: count }), response: ok },
  recognise: {
    query: z.strictObject({ round: round.optional(), offset, limit: limit(1000, 200) }),
    /** `ready` false: a job is on it. */
    response: z.strictObject({
      round: count,
      ready: z.boolean(),
      total: count,
      /** Images that it takes for a class that training did not have. */
      new: count,
      images: z.array(recognised),
    }),
  },
  jobs: { response: z.array(job) },
  startJob: {
    body: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('explore'),
        /** A folder on the server's machine. */
        pool: z.string().min(1).max(4096),
        /** `200`, or a share of the pool, `10%`. */
        budget: z
          .string()
          .regex(/^\d{1,7}%?$/)
          .default('10%'),
      }),
      z.strictObject({ kind: z.literal('sample-pool'), images: z.int().min(20).max(5000).default(400) }),
      z.strictObject({ kind: z.literal('update'), round: z.int().min(1) }),
    ]),
    response: job,
  },
  cancelJob: { params: z.strictObject({ job: jobId }), response: ok },
}
