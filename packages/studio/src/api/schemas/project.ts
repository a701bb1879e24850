// The project, its rounds and settings; coming in and leaving.

import { z } from 'zod'
import { job } from './model.ts'
import { person } from './people.ts'
import { count, none, ok } from './values.ts'

/** Keys by what they do, as `KeyboardEvent.code`; what is not named keeps its usual key. */
const hotkeys = z.record(z.string().regex(/^[a-z-]{1,32}$/), z.string().regex(/^[A-Za-z0-9]{1,24}$/))

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

export const projectSchemas = {
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
}
