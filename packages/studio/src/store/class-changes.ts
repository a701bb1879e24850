// Changes of the classes: each is checked against what holds at that moment, kept as an event, and can be undone.

import { randomUUID } from 'node:crypto'
import { sha256 } from '@oltr/torch/files'
import type { Transaction } from 'kysely'
import { foldName } from '../classes/class-name.ts'
import type { ClassEvent, ClassRegistry } from '../classes/class-registry.ts'
import { RefusedError } from './errors.ts'
import { readEvents } from './event-chain.ts'
import { event, type NewEvent, type StoredEvent } from './events.ts'
import { classEventOf, type Store } from './store.ts'
import type { Tables } from './tables.ts'

/** Classes that training knew have the same id in every store. */
export function knownClassId(name: string): string {
  return `c-${sha256(`known ${name}`).slice(0, 24)}`
}

/** Takes the classes of a model in, those that are not there yet. */
export async function learnKnownClasses(store: Store, names: readonly string[], by: string): Promise<void> {
  await store.add(async (trx) => {
    const classes = await store.classes(trx)
    const absent = names
      .map((name) => ({ id: knownClassId(name), name }))
      .filter(({ id }) => classes.get(id) === undefined)
    return absent.length === 0 ? [] : [event('class.known', { classes: absent }, by, randomUUID())]
  })
}

/** The class of a name, made where there is none. Two people who make the same at once get one. */
export async function createClass(
  store: Store,
  { uuid, name }: { uuid: string; name: string },
  by: string,
): Promise<{ id: string; created: boolean }> {
  const folded = usable(name)
  let found = { id: `c-${uuid}`, created: false }
  await store.add(async (trx) => {
    const classes = await store.classes(trx)
    const present = classes.resolveName(folded)
    if (present !== null) {
      found = { id: present, created: false }
      return []
    }
    found = { id: `c-${uuid}`, created: true }
    return [event('class.create', { class: found.id, name: folded }, by, uuid)]
  })
  return found
}

type Change = Extract<NewEvent, { kind: `class.${string}` }>

/** Keeps one change. Throws RefusedError with the registry's reason where it cannot be. */
export async function changeClasses(store: Store, change: Change): Promise<void> {
  await store.add(async (trx) => {
    const classes = await store.classes(trx)
    const known = await trx
      .selectFrom('event')
      .select('uuid')
      .where('uuid', '=', change.uuid)
      .executeTakeFirst()
    if (known) return []
    const problem = classes.check(classEventOf({ ...change, seq: 0, at: store.now() } as StoredEvent))
    if (problem !== null) throw new RefusedError('conflict', problem)
    if (change.kind === 'class.undo') await refuseOrphans(trx, classes, change.body.target)
    return [change]
  })
}

/** A class that answers name cannot be unmade: they would name nothing. */
async function refuseOrphans(
  trx: Transaction<Tables>,
  classes: ClassRegistry,
  target: string,
): Promise<void> {
  for (const made of classes.unmadeWithout(target)) {
    const { answers } = await trx
      .selectFrom('answer')
      .select((e) => e.fn.countAll<number>().as('answers'))
      .where('class_given', '=', made)
      .executeTakeFirstOrThrow()
    const { reviews } = await trx
      .selectFrom('task')
      .select((e) => e.fn.countAll<number>().as('reviews'))
      // An id holds no character that stands for others.
      .where((e) => e.or([e('control', '=', made), e('settled', 'like', `%"${made}"%`)]))
      .executeTakeFirstOrThrow()
    const uses = Number(answers) + Number(reviews)
    if (uses > 0)
      throw new RefusedError(
        'conflict',
        `${uses} ${uses === 1 ? 'answer names' : 'answers name'} "${classes.get(made)!.name}": merge it into another class instead, or rename it`,
      )
  }
}

export interface PastChange {
  readonly event: string
  readonly kind: Exclude<ClassEvent['kind'], 'known' | 'undo'>
  readonly by: string
  readonly at: number
  readonly undone: boolean
  readonly body: Record<string, unknown>
}

/** What was done to classes, the newest first. */
export async function classHistory(store: Store, limit: number): Promise<PastChange[]> {
  const classes = await store.classes()
  const changes: PastChange[] = []
  for await (const { uuid, kind, actor, at, body } of readEvents(store.db, 0, [
    'class.create',
    'class.rename',
    'class.alias',
    'class.merge',
    'class.distinct',
    'class.split',
  ]))
    changes.push({
      event: uuid,
      kind: kind.slice('class.'.length) as PastChange['kind'],
      by: actor,
      at,
      undone: classes.isUndone(uuid),
      body: body as unknown as Record<string, unknown>,
    })
  return changes.reverse().slice(0, limit)
}

/** A name as it is kept. Throws RefusedError that says what is wrong with it. */
export function usable(name: string): string {
  const folded = foldName(name)
  if ('problem' in folded) throw new RefusedError('invalid', folded.problem)
  return folded.name
}
