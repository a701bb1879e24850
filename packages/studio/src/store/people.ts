// Who may come in. Tokens are random, kept as hashes only, and end when their person is removed.

import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Role } from '../api/paths.ts'
import type { Person } from '../api/schemas.ts'
import { RefusedError } from './errors.ts'
import { event } from './events.ts'
import { missing, type Store } from './store.ts'

/** Of a person's name, in characters. */
export const LONGEST_PERSON_NAME = 128
/** 256 bits. */
const TOKEN_BYTES = 32
/** A session that nobody used for so long ends. */
const SESSION_DAYS = 30
/** How exactly the time of the last use is kept. */
const SEEN_EVERY = 60_000

export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** A new person, and the token to come in by, shown once. Throws RefusedError where the name is taken. */
export async function invite(
  store: Store,
  { name, role }: { name: string; role: Role },
  by: string,
  token = newToken(),
): Promise<{ person: Person; token: string }> {
  const id = `p-${randomUUID()}`
  const called = name.normalize('NFC').trim()
  if (called === '') throw new RefusedError('invalid', 'a person needs a name')
  // Some characters become several when they are normalised.
  if (called.length > LONGEST_PERSON_NAME)
    throw new RefusedError('invalid', `expected a name of at most ${LONGEST_PERSON_NAME} characters`)
  await store.add(async (trx) => {
    const taken = await trx.selectFrom('person').select('name').where('removed', '=', 0).execute()
    if (taken.some((one) => one.name.toLowerCase() === called.toLowerCase()))
      throw new RefusedError('conflict', `there is somebody called ${called}: choose another name`)
    await trx
      .insertInto('link')
      .values({ person: id, hash: hashOf(token), made: store.now() })
      .execute()
    return [event('person.joined', { person: id, name: called, role }, by, randomUUID())]
  })
  return { person: { id, name: called, role }, token }
}

/** A new token for a person; the old one and every session of theirs end. */
export async function renewLink(store: Store, person: string): Promise<{ person: Person; token: string }> {
  const token = newToken()
  const found = await store.transaction(async (trx) => {
    const one = await trx
      .selectFrom('person')
      .select(['id', 'name', 'role'])
      .where('id', '=', person)
      .where('removed', '=', 0)
      .executeTakeFirst()
    if (!one) throw missing('person', person)
    await trx.deleteFrom('session').where('person', '=', person).execute()
    await trx.deleteFrom('link').where('person', '=', person).execute()
    await trx
      .insertInto('link')
      .values({ person, hash: hashOf(token), made: store.now() })
      .execute()
    return one
  })
  return { person: found as Person, token }
}

/** Ends a person's link and sessions; their answers stay. Throws RefusedError for the last owner. */
export async function removePerson(store: Store, person: string, by: string): Promise<void> {
  await store.add(async (trx) => {
    const people = await trx.selectFrom('person').select(['id', 'role']).where('removed', '=', 0).execute()
    const one = people.find(({ id }) => id === person)
    if (!one) throw missing('person', person)
    if (one.role === 'owner' && people.filter(({ role }) => role === 'owner').length === 1)
      throw new RefusedError('conflict', 'the last owner cannot be removed: invite another one first')
    await trx.deleteFrom('session').where('person', '=', person).execute()
    await trx.deleteFrom('link').where('person', '=', person).execute()
    await trx.deleteFrom('lease').where('person', '=', person).execute()
    return [event('person.removed', { person }, by, randomUUID())]
  })
}

/** A session for whoever has a link's token; null where nobody has it. The session's token is new each time. */
export async function openSession(
  store: Store,
  token: string,
): Promise<{ person: Person; session: string } | null> {
  const person = await store.db
    .selectFrom('link')
    .innerJoin('person', 'person.id', 'link.person')
    .select(['person.id', 'person.name', 'person.role'])
    .where('link.hash', '=', hashOf(token))
    .where('person.removed', '=', 0)
    .executeTakeFirst()
  if (!person) return null
  const session = newToken()
  const now = store.now()
  await store.db
    .insertInto('session')
    .values({ hash: hashOf(session), person: person.id, made: now, seen: now })
    .execute()
  return { person: person as Person, session }
}

/** Whose session this is; null for none that holds. */
export async function personOf(store: Store, session: string): Promise<Person | null> {
  const hash = hashOf(session)
  const found = await store.db
    .selectFrom('session')
    .innerJoin('person', 'person.id', 'session.person')
    .select(['person.id', 'person.name', 'person.role', 'session.seen'])
    .where('session.hash', '=', hash)
    .where('person.removed', '=', 0)
    .executeTakeFirst()
  if (!found) return null
  const now = store.now()
  if (now - found.seen > SESSION_DAYS * 86_400_000) {
    await closeSession(store, session)
    return null
  }
  if (Math.abs(now - found.seen) > SEEN_EVERY)
    await store.db.updateTable('session').set({ seen: now }).where('hash', '=', hash).execute()
  return { id: found.id, name: found.name, role: found.role as Role }
}

export async function closeSession(store: Store, session: string): Promise<void> {
  await store.db.deleteFrom('session').where('hash', '=', hashOf(session)).execute()
}
