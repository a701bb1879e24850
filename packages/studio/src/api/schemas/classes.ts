// Classes and what was done to them.

import { z } from 'zod'
import { classId, count, imageId, limit, offset, ok, taskId, time, uuid } from './values.ts'

export const classSummary = z.strictObject({
  id: classId,
  name: z.string(),
  aliases: z.array(z.string()),
  /** Whether the version in use recognises it. */
  known: z.boolean(),
  /** Images that people gave it. */
  named: count,
  /** Images to show for it. */
  examples: z.array(imageId),
})
export type ClassSummary = z.output<typeof classSummary>

const evidence = z.strictObject({
  name: z.string(),
  class: classId,
  why: z.string(),
  examples: z.array(imageId),
})

const classChange = z.strictObject({
  event: uuid,
  kind: z.enum(['create', 'rename', 'alias', 'merge', 'distinct', 'split']),
  text: z.string(),
  by: z.string(),
  at: time,
  undone: z.boolean(),
})

export const classSchemas = {
  searchClasses: {
    query: z.strictObject({ search: z.string().max(128).default(''), limit: limit(100, 20) }),
    response: z.strictObject({ classes: z.array(classSummary), total: count }),
  },
  nearClasses: {
    query: z.strictObject({ name: z.string().max(128).default(''), image: imageId.optional() }),
    response: z.strictObject({
      /** The name as it would be kept; null where it cannot be one. */
      name: z.string().nullable(),
      /** Why the name cannot be kept. */
      problem: z.string().nullable(),
      /** A class that has this name already. */
      same: classSummary.nullable(),
      names: z.array(evidence),
      images: z.array(evidence),
    }),
  },
  createClass: {
    body: z.strictObject({ uuid, name: z.string().min(1).max(400), image: imageId.optional() }),
    /** `created` false: there was one of that name. */
    response: z.strictObject({ class: classSummary, created: z.boolean() }),
  },
  classImages: {
    params: z.strictObject({ class: classId }),
    query: z.strictObject({ offset, limit: limit(1000, 200) }),
    response: z.strictObject({
      class: classSummary,
      total: count,
      images: z.array(z.strictObject({ image: imageId, task: taskId.nullable() })),
    }),
  },
  renameClass: {
    params: z.strictObject({ class: classId }),
    body: z.strictObject({ uuid, name: z.string().min(1).max(400) }),
    response: classSummary,
  },
  addAlias: {
    params: z.strictObject({ class: classId }),
    body: z.strictObject({ uuid, name: z.string().min(1).max(400) }),
    response: classSummary,
  },
  mergePreview: {
    params: z.strictObject({ class: classId }),
    query: z.strictObject({ into: classId }),
    response: z.strictObject({
      from: classSummary,
      into: classSummary,
      answers: count,
      images: count,
      /** Disagreements between the two that the merge settles. */
      settles: count,
      problem: z.string().nullable(),
    }),
  },
  mergeClasses: {
    params: z.strictObject({ class: classId }),
    body: z.strictObject({ uuid, into: classId }),
    response: classSummary,
  },
  distinguishClasses: {
    params: z.strictObject({ class: classId }),
    body: z.strictObject({ uuid, other: classId }),
    response: ok,
  },
  splitClass: {
    params: z.strictObject({ class: classId }),
    /** The answers on these images go to a new class of that name, or to the one that has it. */
    body: z.strictObject({
      uuid,
      name: z.string().min(1).max(400),
      images: z.array(imageId).min(1).max(10_000),
    }),
    response: classSummary,
  },
  classSuggestions: {
    response: z.array(z.strictObject({ from: classSummary, into: classSummary, why: z.string() })),
  },
  classHistory: {
    query: z.strictObject({ limit: limit(500, 100) }),
    response: z.array(classChange),
  },
  undoClassChange: { body: z.strictObject({ uuid, event: uuid }), response: ok },
}
