// What people say about images, and how they take it back.

import { randomUUID } from 'node:crypto'
import type { Role } from '../api/paths.ts'
import type { GivenAnswer, StudioVerdict } from '../api/schemas.ts'
import type { ClassRegistry } from '../classes/class-registry.ts'
import { RefusedError } from './errors.ts'
import { event, type NewEvent } from './events.ts'
import { missing, type Store } from './store.ts'
import type { Tables } from './tables.ts'

export interface NewAnswer {
  /** Made by who asks: the same answer sent twice is one. */
  readonly uuid: string
  readonly task: string
  readonly verdict: StudioVerdict
  readonly note?: string
}

/** Keeps answers and returns when they are on the disk. Throws RefusedError for a task or a class that does not exist. */
export async function giveAnswers(
  store: Store,
  person: string,
  answers: readonly NewAnswer[],
): Promise<string[]> {
  await store.add(async (trx) => {
    const ids = [...new Set(answers.map(({ task }) => task))]
    const present = await trx.selectFrom('task').select('id').where('id', 'in', ids).execute()
    const tasks = new Set(present.map(({ id }) => id))
    const classes = await store.classes(trx)
    const others = await trx
      .selectFrom('event')
      .select('uuid')
      .where(
        'uuid',
        'in',
        answers.map(({ uuid }) => uuid),
      )
      .where((e) => e.or([e('actor', '<>', person), e('kind', '<>', 'answer.given')]))
      .execute()
    if (others.length > 0)
      throw new RefusedError('conflict', `${others[0]!.uuid} is not the uuid of an answer of yours`)
    return answers.map(({ uuid, task, verdict, note }) => {
      if (!tasks.has(task)) throw missing('task', task)
      if (verdict.kind === 'class' && classes.resolve(verdict.class) === null)
        throw missing('class', verdict.class)
      return event('answer.given', { task, verdict, note: note?.trim() || null }, person, uuid)
    })
  })
  return answers.map(({ uuid }) => uuid)
}

/** Takes answers back, or gives them again. One's own; a reviewer everybody's. */
export async function setUndone(
  store: Store,
  actor: { id: string; role: Role },
  answers: readonly string[],
  undone: boolean,
): Promise<void> {
  await store.add(async (trx) => {
    const rows = await trx
      .selectFrom('answer')
      .select(['uuid', 'person', 'undone'])
      .where('uuid', 'in', [...answers])
      .execute()
    const found = new Map(rows.map((row) => [row.uuid, row]))
    const events: NewEvent[] = []
    for (const answer of answers) {
      const row = found.get(answer)
      // Who may not see an answer does not learn whether it exists.
      if (!row || (row.person !== actor.id && actor.role === 'annotator')) throw missing('answer', answer)
      if (Boolean(row.undone) !== undone)
        events.push(event(undone ? 'answer.undone' : 'answer.redone', { answer }, actor.id, randomUUID()))
    }
    return events
  })
}

/** A person's answers, the newest first; `before`: only those given before this one of theirs. */
export async function answersOf(
  store: Store,
  person: string,
  limit: number,
  before?: string,
): Promise<GivenAnswer[]> {
  let query = store.db
    .selectFrom('answer')
    .innerJoin('task', 'task.id', 'answer.task')
    .selectAll('answer')
    .select('task.image')
    .where('person', '=', person)
    .orderBy('seq', 'desc')
    .limit(limit)
  // By its place and not its time, which several may share. The place itself would tell how much others do.
  if (before !== undefined)
    query = query.where('seq', '<', (e) =>
      e
        .selectFrom('answer as last')
        .select('last.seq')
        .where('uuid', '=', before)
        .where('person', '=', person),
    )
  const classes = await store.classes()
  return (await query.execute()).map((row) => ({
    uuid: row.uuid,
    task: row.task,
    image: row.image,
    verdict: verdictOf(row, (id) => classes.resolve(id)),
    className: row.class === null ? null : nameOf(classes, row.class),
    note: row.note,
    at: row.at,
    undone: row.undone === 1,
  }))
}

export function verdictOf(
  { kind, class: id }: Pick<Tables['answer'], 'kind' | 'class'>,
  resolve: (id: string) => string | null,
): StudioVerdict {
  return kind === 'class' ? { kind, class: resolve(id!) ?? id! } : ({ kind } as StudioVerdict)
}

/** What a class is called now. */
export function nameOf(classes: ClassRegistry, id: string): string {
  return classes.get(classes.resolve(id) ?? id)?.name ?? id
}
