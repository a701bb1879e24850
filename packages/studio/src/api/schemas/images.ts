// Images, those like them, and the map.

import { z } from 'zod'
import { count, imageId, limit, none, round, taskId } from './values.ts'

export const imageSchemas = {
  image: {
    params: z.strictObject({ image: imageId }),
    query: z.strictObject({ size: z.enum(['small', 'whole']).default('whole') }),
    response: none,
  },
  similarImages: {
    params: z.strictObject({ image: imageId }),
    query: z.strictObject({ limit: limit(100, 24) }),
    response: z.array(
      z.strictObject({
        image: imageId,
        distance: z.number(),
        className: z.string().nullable(),
        task: taskId.nullable(),
      }),
    ),
  },
  map: {
    query: z.strictObject({ round: round.optional() }),
    /** Columns of equal length, one entry an image; null until it is computed (a job says how far it is). */
    response: z.strictObject({
      round: count,
      map: z
        .strictObject({
          images: z.array(imageId),
          /** 0..1. */
          x: z.array(z.number()),
          y: z.array(z.number()),
          openness: z.array(z.number()),
          informativeness: z.array(z.number()),
          /** What people agreed on, else what the model took it for. */
          classNames: z.array(z.string()),
          named: z.array(z.boolean()),
          asked: z.array(z.boolean()),
        })
        .nullable(),
    }),
  },
}
