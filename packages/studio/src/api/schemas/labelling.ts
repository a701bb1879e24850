// Images to name, and what was said about them.

import { z } from 'zod'
import { classId, count, imageId, limit, note, ok, share, taskId, time, uuid } from './values.ts'

/** What somebody says about an image. `known`: a known class, but not which. */
export const verdict = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('class'), class: classId }),
  z.strictObject({ kind: z.literal('known') }),
  z.strictObject({ kind: z.literal('unsure') }),
  z.strictObject({ kind: z.literal('not-an-object') }),
  z.strictObject({ kind: z.literal('several-objects') }),
  z.strictObject({ kind: z.literal('skip') }),
])
export type StudioVerdict = z.output<typeof verdict>

export const guess = z.strictObject({ class: classId, name: z.string(), confidence: share })

const task = z.strictObject({
  id: taskId,
  image: imageId,
  round: count,
  /** Images of one cluster look alike to the model. */
  cluster: count,
  guesses: z.array(guess),
  openness: z.number(),
  informativeness: z.number(),
  energy: z.number(),
  /** What a reviewer said when sending it back. */
  comment: z.string().nullable(),
  /** When the claim ends and the image goes to somebody else. */
  until: time,
})
export type Task = z.output<typeof task>

const answer = z.strictObject({ uuid, task: taskId, verdict, note: note.optional() })
const givenAnswer = z.strictObject({
  uuid,
  task: taskId,
  image: imageId,
  verdict,
  className: z.string().nullable(),
  note: z.string().nullable(),
  at: time,
  undone: z.boolean(),
})
export type GivenAnswer = z.output<typeof givenAnswer>

export const labellingSchemas = {
  claimTasks: {
    /** Without a round the newest one with work left. Whole clusters are given first. */
    body: z.strictObject({ round: z.int().min(1).optional(), count: z.int().min(1).max(200) }),
    /** `left`: images of the round that still want an answer of mine. `now`: the server's clock, for `until`. */
    response: z.strictObject({ tasks: z.array(task), left: count, now: time }),
  },
  releaseTasks: { body: z.strictObject({ tasks: z.array(taskId).max(500) }), response: ok },
  whyTask: {
    params: z.strictObject({ task: taskId }),
    response: z.strictObject({
      openness: z.number(),
      informativeness: z.number(),
      energy: z.number(),
      /** Shares of the round's images that score lower. */
      ranks: z.strictObject({ openness: share, informativeness: share, energy: share }),
      nearest: z.array(
        z.strictObject({
          class: classId,
          name: z.string(),
          distance: z.number(),
          examples: z.array(imageId),
        }),
      ),
      text: z.string(),
    }),
  },
  giveAnswers: {
    body: z.strictObject({ answers: z.array(answer).min(1).max(200) }),
    /** Kept, whether now or by an earlier request. */
    response: z.strictObject({ saved: z.array(uuid) }),
  },
  undoAnswers: { body: z.strictObject({ answers: z.array(uuid).min(1).max(200) }), response: ok },
  redoAnswers: { body: z.strictObject({ answers: z.array(uuid).min(1).max(200) }), response: ok },
  myAnswers: {
    /** `before`: the last answer of the page before. */
    query: z.strictObject({ limit: limit(500, 100), before: uuid.optional() }),
    response: z.array(givenAnswer),
  },
}
