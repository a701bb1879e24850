// The store: where events go in and everything else is read. One object a process; several processes share one PostgreSQL
// database, while a SQLite file belongs to one process alone.

import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Kysely, type Transaction } from 'kysely'
import type { Settings, Topic } from '../api/schemas.ts'
import { type ClassEvent, ClassRegistry } from '../classes/class-registry.ts'
import { RefusedError } from './errors.ts'
import { appendEvents, type ChainEnd, lockHead, readEvents } from './event-chain.ts'
import { event, type NewEvent, type StoredEvent } from './events.ts'
import { namedPostgresError, openPostgres } from './postgres-dialect.ts'
import { type DatabaseKind, migrate } from './schema.ts'
import { openSqlite } from './sqlite-dialect.ts'
import type { Tables } from './tables.ts'
import { applyEvents, DEFAULT_SETTINGS } from './views.ts'

export interface StoreOptions {
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number
}

const CLASS_KINDS = [
  'class.known',
  'class.create',
  'class.rename',
  'class.alias',
  'class.merge',
  'class.distinct',
  'class.split',
  'class.undo',
] as const

export class Store {
  readonly db: Kysely<Tables>
  /** Where it is, for people. */
  readonly place: string
  readonly now: () => number
  /** The SQLite connection, for backups; null with PostgreSQL. */
  readonly sqlite: DatabaseSync | null
  #classes = { registry: new ClassRegistry(), upTo: 0 }
  readonly #listeners = new Set<(topics: readonly Topic[]) => void>()

  private constructor(
    db: Kysely<Tables>,
    place: string,
    sqlite: DatabaseSync | null,
    { now = Date.now }: StoreOptions,
  ) {
    this.db = db
    this.place = place
    this.sqlite = sqlite
    this.now = now
  }

  /** Opens a SQLite file, or a database by its `postgres://` address; makes the tables where they are missing. */
  static async open(place: string, options: StoreOptions = {}): Promise<Store> {
    if (/^postgres(ql)?:\/\//.test(place)) {
      const dialect = await openPostgres(place)
      const db = await migrated(new Kysely<Tables>({ dialect }), 'postgres')
      // The address holds a password.
      return new Store(db, new URL(place).host + new URL(place).pathname, null, options)
    }
    fs.mkdirSync(dirname(place), { recursive: true })
    const { dialect, database } = openSqlite(place)
    const db = await migrated(new Kysely<Tables>({ dialect }), 'sqlite')
    return new Store(db, place, database, options)
  }

  close(): Promise<void> {
    return this.db.destroy()
  }

  /**
   * Adds events and what follows from them, all or nothing; returns when they are on the disk. `decide` makes them from
   * what holds at that moment: nobody else adds anything meanwhile. Those that were added before are left out.
   */
  async add(
    decide: NewEvent[] | ((trx: Transaction<Tables>) => Promise<NewEvent[]>),
  ): Promise<StoredEvent[]> {
    const added = await this.transaction(async (trx) => {
      // Locks the chain first: what is decided on must not change.
      const end = await this.lock(trx)
      const events = typeof decide === 'function' ? await decide(trx) : decide
      if (events.length === 0) return []
      const stored = await appendEvents(trx, end, events, this.now())
      await applyEvents(trx, stored)
      return stored
    })
    const topics = [...new Set(added.map(({ kind }) => topicOf(kind)))]
    if (topics.length > 0) this.announce(topics)
    return added
  }

  async transaction<T>(action: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction().execute(action)
    } catch (error) {
      throw this.sqlite ? error : namedPostgresError(error)
    }
  }

  /** Keeps everybody else from adding until the transaction ends; returns the end of the chain. */
  lock(trx: Transaction<Tables>): Promise<ChainEnd> {
    return lockHead(trx, { queue: this.sqlite === null })
  }

  /** Hears of what changes here. Returns how to stop. */
  onChange(listener: (topics: readonly Topic[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  announce(topics: readonly Topic[]): void {
    for (const listener of this.#listeners) listener(topics)
  }

  /** The classes as they are now; the caller must not change them. */
  async classes(db: Kysely<Tables> = this.db): Promise<ClassRegistry> {
    // Several may read at once, and what is held may be forgotten meanwhile.
    const held = this.#classes
    const { seq } = await db.selectFrom('head').select('seq').executeTakeFirstOrThrow()
    for await (const one of readEvents(db, held.upTo, CLASS_KINDS)) {
      if (one.seq <= held.upTo) continue
      held.registry.apply(classEventOf(one))
      held.upTo = one.seq
    }
    // What is no change of a class need not be looked at again.
    held.upTo = Math.max(held.upTo, seq)
    return held.registry
  }

  /** Forgets the classes that it holds, after the events were changed by other hands. */
  forgetClasses(): void {
    this.#classes = { registry: new ClassRegistry(), upTo: 0 }
  }

  async settings(db: Kysely<Tables> = this.db): Promise<Settings> {
    const rows = await db.selectFrom('setting').selectAll().execute()
    return {
      ...DEFAULT_SETTINGS,
      ...Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value)])),
    }
  }

  async changeSettings(change: Partial<Settings>, by: string): Promise<Settings> {
    await this.add([event('settings.changed', change, by, randomUUID())])
    return this.settings()
  }
}

/** Brings a store to the newest schema, or closes it. */
async function migrated(db: Kysely<Tables>, kind: DatabaseKind): Promise<Kysely<Tables>> {
  try {
    await migrate(db, kind)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** A stored change of classes, as the registry takes it. */
export function classEventOf(one: StoredEvent): ClassEvent {
  const { uuid, actor, at, kind, body } = one
  return { ...body, kind: kind.slice('class.'.length), event: uuid, by: actor, at } as unknown as ClassEvent
}

function topicOf(kind: NewEvent['kind']): Topic {
  if (kind.startsWith('class.')) return 'classes'
  if (kind.startsWith('person.')) return 'people'
  if (kind === 'settings.changed') return 'settings'
  if (kind === 'round.opened') return 'rounds'
  return kind === 'version.made' ? 'versions' : 'answers'
}

/** Somebody's right to say something about a task that does not exist is refused with its name. */
export function missing(what: string, id: string): RefusedError {
  return new RefusedError('missing', `there is no ${what} ${id}`)
}
