// What a reviewer looks at and decides.

import { z } from 'zod'
import { guess, verdict } from './labelling.ts'
import {
  classId,
  count,
  imageId,
  limit,
  note,
  offset,
  ok,
  round,
  share,
  taskId,
  time,
  uuid,
} from './values.ts'

export const reviewSchemas = {
  disagreements: {
    query: z.strictObject({
      round: round.optional(),
      show: z.enum(['disagreed', 'unsure', 'settled', 'all']).default('disagreed'),
      offset,
      limit: limit(500, 100),
    }),
    response: z.strictObject({
      total: count,
      items: z.array(
        z.strictObject({
          task: taskId,
          image: imageId,
          guesses: z.array(guess),
          answers: z.array(
            z.strictObject({
              uuid,
              person: z.string(),
              verdict,
              className: z.string().nullable(),
              note: z.string().nullable(),
              at: time,
            }),
          ),
          /** What the answers come to by themselves. */
          consensus: z.strictObject({ className: z.string().nullable(), text: z.string(), certainty: share }),
          settled: z.strictObject({ text: z.string(), by: z.string() }).nullable(),
          control: z.boolean(),
        }),
      ),
    }),
  },
  decide: {
    body: z.discriminatedUnion('decision', [
      z.strictObject({ decision: z.literal('approve'), uuid, task: taskId, verdict }),
      z.strictObject({ decision: z.literal('send-back'), uuid, task: taskId, comment: note }),
      z.strictObject({ decision: z.literal('reopen'), uuid, task: taskId }),
    ]),
    response: ok,
  },
  agreement: {
    query: z.strictObject({ round: round.optional() }),
    response: z.strictObject({
      /** Krippendorff's alpha; null with one person. */
      alpha: z.number().nullable(),
      people: z.array(
        z.strictObject({
          person: z.string(),
          answers: count,
          /** Share of answers that are the class agreed on; null where nothing is agreed on. */
          agrees: share.nullable(),
          /** Hidden controls: right, of how many. */
          controls: z.strictObject({ right: count, of: count }),
          perHour: z.number().nullable(),
        }),
      ),
      classes: z.array(
        z.strictObject({ class: classId, name: z.string(), images: count, agrees: share.nullable() }),
      ),
      /** Pairs that people take for each other, the most frequent first. */
      confusions: z.array(z.strictObject({ agreed: z.string(), said: z.string(), answers: count })),
    }),
  },
  setControl: {
    body: z.strictObject({ uuid, task: taskId, class: classId.nullable() }),
    response: ok,
  },
}
