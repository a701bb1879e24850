// The tables of the store, the same in SQLite and PostgreSQL. `event` is the truth and is only ever added to; the tables from
// `setting` to `answer` are views of it, rebuilt at will; the last four hold what is no history: secrets, claims and work.

import type { Kysely } from 'kysely'

/** Numbers that are yes or no: SQLite has no booleans. */
export type Flag = 0 | 1

export interface Tables {
  /** One row a fact. `hash` covers the row and `prev`, the hash of the row before. */
  event: {
    seq: number
    uuid: string
    at: number
    actor: string
    kind: string
    /** JSON. */
    body: string
    prev: string
    hash: string
  }
  /** One row: the end of the chain. Whoever adds to it locks this row first. */
  head: { id: 1; seq: number; hash: string }

  setting: { name: string; value: string }
  person: { id: string; name: string; role: string; removed: Flag; joined: number }
  round: {
    number: number
    /** Folder of the round, from the run's. */
    folder: string
    version: number
    pool_folder: string
    pool: number
    clusters: number
    opened: number
    /** The version that its answers made. */
    updated: number | null
  }
  task: {
    id: string
    round: number
    image: string
    /** Place in the queue: clusters stay together. */
    position: number
    cluster: number
    /** JSON: classes by id, with their confidence. */
    guesses: string
    /** JSON: classes by id, with their distance. */
    nearest: string
    openness: number
    informativeness: number
    energy: number
    /** Sent back so many times: each time everybody may answer anew. */
    cycle: number
    comment: string | null
    /** JSON: the verdict of a reviewer. */
    settled: string | null
    settled_by: string | null
    /** The class that is known to be right: a hidden control. */
    control: string | null
    /** People whose answer counts; a skip does not. */
    answered: number
  }
  answer: {
    uuid: string
    seq: number
    task: string
    round: number
    person: string
    kind: string
    /** As it was given; merges are followed when it is read. */
    class: string | null
    /** Before any split moved it. */
    class_given: string | null
    note: string | null
    at: number
    cycle: number
    undone: Flag
    /** Whether it is this person's last word on the task in its present cycle. */
    current: Flag
  }

  link: { person: string; hash: string; made: number }
  session: { hash: string; person: string; made: number; seen: number }
  lease: { task: string; person: string; granted: number; expires: number }
  hotkeys: { person: string; keys: string }
  job: {
    id: string
    kind: string
    /** JSON. */
    input: string
    state: string
    label: string
    progress: number | null
    seconds_left: number | null
    error: string | null
    outcome: string | null
    by: string
    made: number
    started: number | null
    ended: number | null
    /** The server that works on it, and until when it vouches for being alive. */
    worker: string | null
    until: number | null
  }
}

export type Database = Kysely<Tables>

/** Views of the events, in an order in which they can be emptied. */
export const VIEWS = ['answer', 'task', 'round', 'person', 'setting'] as const
/** What is no view: kept when views are rebuilt, and moved with the events. */
export const KEPT = ['link', 'session', 'lease', 'hotkeys', 'job'] as const
