// What goes into each route and what comes out. The server checks both by these schemas, and its OpenAPI document is made
// from them; the browser takes their types only.

import { z } from 'zod'
import type { RouteName } from './paths.ts'
import { classSchemas } from './schemas/classes.ts'
import { dataSchemas } from './schemas/data.ts'
import { imageSchemas } from './schemas/images.ts'
import { labellingSchemas } from './schemas/labelling.ts'
import { type Job, modelSchemas } from './schemas/model.ts'
import { peopleSchemas } from './schemas/people.ts'
import { projectSchemas } from './schemas/project.ts'
import { reviewSchemas } from './schemas/review.ts'

export type { ClassSummary } from './schemas/classes.ts'
export { FORMATS, type Format } from './schemas/data.ts'
export type { GivenAnswer, StudioVerdict, Task } from './schemas/labelling.ts'
export type { Job, ModelVersion, Recognised } from './schemas/model.ts'
export type { Person } from './schemas/people.ts'
export type { RoundProgress, Settings } from './schemas/project.ts'

export const schemas = {
  ...projectSchemas,
  ...peopleSchemas,
  ...labellingSchemas,
  ...classSchemas,
  ...reviewSchemas,
  ...imageSchemas,
  ...modelSchemas,
  ...dataSchemas,
} satisfies Record<
  RouteName,
  { params?: z.ZodType; query?: z.ZodType; body?: z.ZodType; response: z.ZodType | undefined }
>

type Schemas = typeof schemas
type InputOf<S, Part extends string> = S extends Record<Part, z.ZodType> ? z.input<S[Part]> : undefined
type OutputOf<S, Part extends string> = S extends Record<Part, z.ZodType> ? z.output<S[Part]> : undefined

/** What the browser sends to a route. */
export interface Sent<Name extends RouteName> {
  params: InputOf<Schemas[Name], 'params'>
  query: InputOf<Schemas[Name], 'query'>
  body: InputOf<Schemas[Name], 'body'>
}
/** The same as its handler gets it, checked. */
export interface Received<Name extends RouteName> {
  params: OutputOf<Schemas[Name], 'params'>
  query: OutputOf<Schemas[Name], 'query'>
  body: OutputOf<Schemas[Name], 'body'>
}
/** What a route answers with. */
export type Response<Name extends RouteName> = OutputOf<Schemas[Name], 'response'>

/** What a server-sent event is about; a page asks again for what it shows. */
export const TOPICS = ['answers', 'classes', 'rounds', 'jobs', 'versions', 'people', 'settings'] as const
export type Topic = (typeof TOPICS)[number]
/** The data of one event, as JSON. */
export interface LiveEvent {
  readonly topics: readonly Topic[]
  /** How far long work is. */
  readonly job?: Job
}

/** Every refusal, by status: 400 wrong input, 401 no session, 403 not for this role, 404, 409, 413, 429, 507 disk full. */
export const problem = z.strictObject({ error: z.string(), message: z.string() })
export type Problem = z.output<typeof problem>
