// What goes into each route and what comes out. The server checks both by these schemas, and its OpenAPI document is made
// from them; the browser takes their types only.
// Long because it is one table: a route's schemas lie beside those of the others, in the order of paths.ts.

import { z } from 'zod'
import { ROLES, type RouteName } from './paths.ts'

/** SHA-256 of an image's content: images are known by it, never by a path. */
export const imageId = z.string().regex(/^[0-9a-f]{64}$/)
/** Made by whoever asks, so that what is sent twice is done once. */
export const uuid = z.uuid()
export const classId = z.string().regex(/^c-[0-9a-z-]{1,64}$/)
export const taskId = z.string().regex(/^[0-9]{1,9}-[0-9a-f]{64}$/)
export const personId = z.string().regex(/^p-[0-9a-z-]{1,64}$/)
const jobId = z.string().regex(/^j-[0-9a-z-]{1,64}$/)
const name = z.string().min(1).max(128)
const note = z.string().max(1000)
const share = z.number().min(0).max(1)
const count = z.int().min(0)
/** Milliseconds since 1970. */
const time = z.int()
const round = z.coerce.number().int().min(1).max(999_999_999)
const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual)
const offset = z.coerce.number().int().min(0).max(10_000_000).default(0)

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

const role = z.enum(ROLES)
export const person = z.strictObject({ id: personId, name, role })
export type Person = z.output<typeof person>

/** Keys by what they do, as `KeyboardEvent.code`; what is not named keeps its usual key. */
const hotkeys = z.record(z.string().regex(/^[a-z-]{1,32}$/), z.string().regex(/^[A-Za-z0-9]{1,24}$/))

const classSummary = z.strictObject({
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

const guess = z.strictObject({ class: classId, name: z.string(), confidence: share })

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

const roundProgress = z.strictObject({
  round: count,
  /** Of the model that chose the images. */
  version: count,
  images: count,
  /** Images in the pool it was chosen from. */
  pool: count,
  clusters: count,
  /** Images with as many answers as were wanted, or settled by a reviewer. */
  done: count,
  answers: count,
  /** Answers that are still wanted. */
  wanted: count,
  /** Images that people disagree on and no reviewer has settled. */
  disagreements: count,
  /** New classes among what is agreed on. */
  newClasses: count,
  /** The version that its answers made; null before. */
  updated: count.nullable(),
})
export type RoundProgress = z.output<typeof roundProgress>

const settings = z.strictObject({
  /** People who see each image, blind to each other. */
  overlap: z.int().min(1).max(20),
  consensus: z.enum(['majority', 'dawid-skene']),
  /** Minutes until a claimed image goes to somebody else. */
  leaseMinutes: z.int().min(1).max(1440),
})
export type Settings = z.output<typeof settings>

const job = z.strictObject({
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

const evidence = z.strictObject({
  name: z.string(),
  class: classId,
  why: z.string(),
  examples: z.array(imageId),
})

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

const classChange = z.strictObject({
  event: uuid,
  kind: z.enum(['create', 'rename', 'alias', 'merge', 'distinct', 'split']),
  text: z.string(),
  by: z.string(),
  at: time,
  undone: z.boolean(),
})

export const FORMATS = ['csv', 'jsonl', 'coco', 'folders', 'label-studio'] as const
export type Format = (typeof FORMATS)[number]

const ok = z.strictObject({ ok: z.literal(true) })
const none = undefined

export const schemas = {
  health: { response: z.strictObject({ ok: z.literal(true), version: z.string() }) },
  openSession: { body: z.strictObject({ token: z.string().min(1).max(200) }), response: person },
  closeSession: { response: ok },
  me: { response: z.strictObject({ person, hotkeys, answers: count, today: count }) },
  setHotkeys: { body: hotkeys, response: ok },
  project: {
    response: z.strictObject({
      name: z.string(),
      settings,
      rounds: z.array(roundProgress),
      versionInUse: count,
      knownClasses: count,
      /** Whether sample images can be drawn: the run was trained on the built-in set. */
      samples: z.boolean(),
      people: count,
      /** The work that is going on. */
      job: job.nullable(),
    }),
  },
  changeSettings: { body: settings.partial(), response: settings },
  live: { response: none },

  people: {
    response: z.array(
      z.strictObject({
        ...person.shape,
        answers: count,
        /** When they last came in; null: never. */
        seen: time.nullable(),
        removed: z.boolean(),
      }),
    ),
  },
  invite: {
    body: z.strictObject({ name, role }),
    /** The token goes into the link's fragment, `/#in=<token>`, and is shown once. */
    response: z.strictObject({ person, token: z.string() }),
  },
  renewLink: {
    params: z.strictObject({ person: personId }),
    response: z.strictObject({ person, token: z.string() }),
  },
  removePerson: { params: z.strictObject({ person: personId }), response: ok },

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
      problems: z.array(z.string()),
    }),
  },
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
