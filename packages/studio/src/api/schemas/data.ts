// The long tail, mistakes, export and import.

import { z } from 'zod'
import { classId, count, imageId, limit, none, offset, share } from './values.ts'

export const FORMATS = ['csv', 'jsonl', 'coco', 'folders', 'label-studio'] as const
export type Format = (typeof FORMATS)[number]

export const dataSchemas = {
  longTail: {
    response: z.array(
      z.strictObject({
        class: classId,
        name: z.string(),
        known: z.boolean(),
        group: z.enum(['many', 'medium', 'few', 'new']),
        training: count,
        named: count,
      }),
    ),
  },
  mistakes: {
    query: z.strictObject({ offset, limit: limit(1000, 200) }),
    response: z.strictObject({
      total: count,
      images: z.array(
        z.strictObject({ image: imageId, model: z.string(), confidence: share, people: z.string() }),
      ),
    }),
  },
  exportData: { query: z.strictObject({ format: z.enum(FORMATS) }), response: none },
  importData: {
    query: z.strictObject({ format: z.enum(FORMATS) }),
    response: z.strictObject({
      answers: count,
      /** Were here already. */
      repeated: count,
      newClasses: count,
      /** Images that the file says a reviewer settled, and that nobody had reviewed here. */
      settled: count,
      problems: z.array(z.string()),
    }),
  },
}
