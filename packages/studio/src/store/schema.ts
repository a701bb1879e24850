// How the tables are made. A store says which schema it has; each further one is a step here, done in one transaction, so that
// a process killed half-way leaves the one before.

import { type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'

const STEPS: readonly ((db: Kysely<Tables>) => Promise<void>)[] = [first]

export type DatabaseKind = 'sqlite' | 'postgres'

/** Any number; servers that open one database at once wait for the first. */
const MIGRATION_LOCK = 20_190_410

/** Brings a store to the newest schema. Throws RangeError for one that a newer studio has written. */
export async function migrate(db: Kysely<Tables>, kind: DatabaseKind): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(trx)
    await sql`create table if not exists studio_schema (version integer not null)`.execute(trx)
    const { rows } = await sql<{ version: number }>`select version from studio_schema`.execute(trx)
    const version = Number(rows[0]?.version ?? 0)
    if (version > STEPS.length)
      throw new RangeError(
        `the store has schema ${version}, this studio knows up to ${STEPS.length}: use a newer studio`,
      )
    for (const step of STEPS.slice(version)) await step(trx)
    if (rows.length === 0) await sql`insert into studio_schema values (${STEPS.length})`.execute(trx)
    else if (version < STEPS.length)
      await sql`update studio_schema set version = ${STEPS.length}`.execute(trx)
  })
}

async function first(db: Kysely<Tables>): Promise<void> {
  const { schema } = db
  await schema
    .createTable('event')
    .addColumn('seq', 'bigint', (c) => c.primaryKey())
    .addColumn('uuid', 'text', (c) => c.notNull().unique())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('prev', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .execute()
  await schema.createIndex('event_kind').on('event').columns(['kind', 'seq']).execute()
  await schema
    .createTable('head')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .execute()
  await db.insertInto('head').values({ id: 1, seq: 0, hash: '' }).execute()
  await schema
    .createTable('setting')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute()
  await schema
    .createTable('person')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('removed', 'integer', (c) => c.notNull())
    .addColumn('joined', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createTable('round')
    .addColumn('number', 'integer', (c) => c.primaryKey())
    .addColumn('folder', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('pool_folder', 'text', (c) => c.notNull())
    .addColumn('pool', 'integer', (c) => c.notNull())
    .addColumn('clusters', 'integer', (c) => c.notNull())
    .addColumn('opened', 'bigint', (c) => c.notNull())
    .addColumn('updated', 'integer')
    .execute()
  await schema
    .createTable('task')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('round', 'integer', (c) => c.notNull())
    .addColumn('image', 'text', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('cluster', 'integer', (c) => c.notNull())
    .addColumn('guesses', 'text', (c) => c.notNull())
    .addColumn('nearest', 'text', (c) => c.notNull())
    .addColumn('openness', 'double precision', (c) => c.notNull())
    .addColumn('informativeness', 'double precision', (c) => c.notNull())
    .addColumn('energy', 'double precision', (c) => c.notNull())
    .addColumn('cycle', 'integer', (c) => c.notNull())
    .addColumn('comment', 'text')
    .addColumn('settled', 'text')
    .addColumn('settled_by', 'text')
    .addColumn('control', 'text')
    .addColumn('answered', 'integer', (c) => c.notNull())
    .execute()
  await schema.createIndex('task_queue').on('task').columns(['round', 'position']).execute()
  await schema.createIndex('task_image').on('task').column('image').execute()
  await schema
    .createTable('answer')
    .addColumn('uuid', 'text', (c) => c.primaryKey())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addColumn('task', 'text', (c) => c.notNull())
    .addColumn('round', 'integer', (c) => c.notNull())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('class', 'text')
    .addColumn('class_given', 'text')
    .addColumn('note', 'text')
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('cycle', 'integer', (c) => c.notNull())
    .addColumn('undone', 'integer', (c) => c.notNull())
    .addColumn('current', 'integer', (c) => c.notNull())
    .execute()
  await schema.createIndex('answer_task').on('answer').columns(['task', 'person']).execute()
  await schema.createIndex('answer_person').on('answer').columns(['person', 'seq']).execute()
  await schema.createIndex('answer_round').on('answer').columns(['round', 'task']).execute()
  await schema.createIndex('answer_class').on('answer').column('class').execute()
  await schema
    .createTable('link')
    .addColumn('person', 'text', (c) => c.primaryKey())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('made', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createTable('session')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('made', 'bigint', (c) => c.notNull())
    .addColumn('seen', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createTable('lease')
    .addColumn('task', 'text', (c) => c.notNull())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('granted', 'bigint', (c) => c.notNull())
    .addColumn('expires', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('lease_key', ['task', 'person'])
    .execute()
  await schema.createIndex('lease_person').on('lease').column('person').execute()
  await schema
    .createTable('hotkeys')
    .addColumn('person', 'text', (c) => c.primaryKey())
    .addColumn('keys', 'text', (c) => c.notNull())
    .execute()
  await schema
    .createTable('job')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('input', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('label', 'text', (c) => c.notNull())
    .addColumn('progress', 'double precision')
    .addColumn('seconds_left', 'double precision')
    .addColumn('error', 'text')
    .addColumn('outcome', 'text')
    .addColumn('by', 'text', (c) => c.notNull())
    .addColumn('made', 'bigint', (c) => c.notNull())
    .addColumn('started', 'bigint')
    .addColumn('ended', 'bigint')
    .addColumn('worker', 'text')
    .addColumn('until', 'bigint')
    .execute()
}
