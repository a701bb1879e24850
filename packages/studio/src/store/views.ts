// From events to tables: what each event changes in the views. The same function follows new events one by one and rebuilds
// everything from the first, which is how a test knows that nothing but events is needed.

import type { Transaction } from 'kysely'
import type { Settings } from '../api/schemas.ts'
import type { StoredEvent } from './events.ts'
import type { Flag, Tables } from './tables.ts'

type Trx = Transaction<Tables>
type GivenEvent = Extract<StoredEvent, { kind: 'answer.given' }>

export const DEFAULT_SETTINGS: Settings = { overlap: 2, consensus: 'majority', leaseMinutes: 15 }

/** Rows of one INSERT: SQLite takes 32,766 parameters. */
const ROWS = 1000

export function taskIdOf(round: number, image: string): string {
  return `${round}-${image}`
}

/** Text that both databases keep as it is: PostgreSQL takes no NUL, and neither a half of a character. */
function plain(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed()
}

/** Changes the views as events say, in their order. Events on tasks that do not exist change nothing. */
export async function applyEvents(
  trx: Trx,
  events: Iterable<StoredEvent> | AsyncIterable<StoredEvent>,
): Promise<void> {
  // Answers come many at once, and are most of the history: those that follow each other are taken in together.
  let answers: GivenEvent[] = []
  for await (const one of events) {
    if (one.kind === 'answer.given' && answers.push(one) < ROWS) continue
    await giveAnswers(trx, answers)
    answers = []
    if (one.kind !== 'answer.given') await applyEvent(trx, one)
  }
  await giveAnswers(trx, answers)
}

async function applyEvent(trx: Trx, event: Exclude<StoredEvent, GivenEvent>): Promise<void> {
  switch (event.kind) {
    case 'settings.changed':
      for (const [name, value] of Object.entries(event.body))
        await trx
          .insertInto('setting')
          .values({ name, value: JSON.stringify(value) })
          .onConflict((c) => c.column('name').doUpdateSet({ value: JSON.stringify(value) }))
          .execute()
      return
    case 'person.joined': {
      const { person: id, name, role } = event.body
      await trx
        .insertInto('person')
        .values({ id, name: plain(name), role, removed: 0, joined: event.at })
        .execute()
      return
    }
    case 'person.removed':
      await trx.updateTable('person').set({ removed: 1 }).where('id', '=', event.body.person).execute()
      return
    case 'round.opened':
      return openRound(trx, event)
    case 'version.made':
      await trx
        .updateTable('round')
        .set({ updated: event.body.version })
        .where('number', '=', event.body.round)
        .execute()
      return
    case 'answer.undone':
      return setUndone(trx, event.body.answer, 1)
    case 'answer.redone':
      return setUndone(trx, event.body.answer, 0)
    case 'review.settled':
      await trx
        .updateTable('task')
        .set({ settled: JSON.stringify(event.body.verdict), settled_by: event.actor })
        .where('id', '=', event.body.task)
        .execute()
      return
    case 'review.sent-back':
      return sendBack(trx, event.body.task, event.body.comment)
    case 'review.reopened':
      await trx
        .updateTable('task')
        .set({ settled: null, settled_by: null })
        .where('id', '=', event.body.task)
        .execute()
      return
    case 'review.control':
      await trx
        .updateTable('task')
        .set({ control: event.body.class })
        .where('id', '=', event.body.task)
        .execute()
      return
    case 'class.split':
      return moveAnswers(trx, event.body.images)
    case 'class.undo': {
      const target = await trx
        .selectFrom('event')
        .select(['kind', 'body'])
        .where('uuid', '=', event.body.target)
        .executeTakeFirst()
      if (target?.kind === 'class.split') {
        const { images } = JSON.parse(target.body) as { images: string[] }
        await moveAnswers(trx, images)
      }
      return
    }
    default:
      // The other changes of classes are followed when an answer is read.
      return
  }
}

async function openRound(trx: Trx, event: Extract<StoredEvent, { kind: 'round.opened' }>): Promise<void> {
  const { round, folder, version, poolFolder, pool, clusters, tasks } = event.body
  await trx
    .insertInto('round')
    .values({
      number: round,
      folder,
      version,
      pool_folder: poolFolder,
      pool,
      clusters,
      opened: event.at,
      updated: null,
    })
    .execute()
  const rows = tasks.map((task, position): Tables['task'] => ({
    id: taskIdOf(round, task.image),
    round,
    image: task.image,
    position,
    cluster: task.cluster,
    guesses: JSON.stringify(task.guesses),
    nearest: JSON.stringify(task.nearest),
    openness: task.openness,
    informativeness: task.informativeness,
    energy: task.energy,
    cycle: 0,
    comment: null,
    settled: null,
    settled_by: null,
    control: null,
    answered: 0,
  }))
  for (let first = 0; first < rows.length; first += ROWS)
    await trx
      .insertInto('task')
      .values(rows.slice(first, first + ROWS))
      .execute()
}

/** Takes in at most ROWS answers. Each is its person's last word on a task, until the next. */
async function giveAnswers(trx: Trx, events: readonly GivenEvent[]): Promise<void> {
  if (events.length === 0) return
  const about = [...new Set(events.map(({ body }) => body.task))]
  const found = await trx
    .selectFrom('task')
    .select(['id', 'round', 'cycle'])
    .where('id', 'in', about)
    .execute()
  const tasks = new Map(found.map((task) => [task.id, task]))
  const given = events.filter(({ body }) => tasks.has(body.task))
  if (given.length === 0) return
  for (const [person, theirs] of Map.groupBy(given, ({ actor }) => actor)) {
    const answered = theirs.map(({ body }) => body.task)
    await trx
      .updateTable('answer')
      .set({ current: 0 })
      .where('task', 'in', answered)
      .where('person', '=', person)
      .where('current', '=', 1)
      .execute()
    await trx.deleteFrom('lease').where('task', 'in', answered).where('person', '=', person).execute()
  }
  const lastWord = new Map(given.map(({ body, actor, uuid }) => [`${actor} ${body.task}`, uuid]))
  await trx
    .insertInto('answer')
    .values(
      given.map(({ uuid, seq, actor, at, body: { task, verdict, note } }) => {
        const { round, cycle } = tasks.get(task)!
        const named = verdict.kind === 'class' ? verdict.class : null
        return {
          uuid,
          seq,
          task,
          round,
          person: actor,
          kind: verdict.kind,
          class: named,
          class_given: named,
          note: note === null ? null : plain(note),
          at,
          cycle,
          undone: 0,
          current: lastWord.get(`${actor} ${task}`) === uuid ? 1 : 0,
        } as const
      }),
    )
    .execute()
  await countAnswered(trx, [...tasks.keys()])
}

async function setUndone(trx: Trx, uuid: string, undone: Flag): Promise<void> {
  const answer = await trx
    .selectFrom('answer')
    .select(['task', 'person'])
    .where('uuid', '=', uuid)
    .executeTakeFirst()
  if (!answer) return
  await trx.updateTable('answer').set({ undone }).where('uuid', '=', uuid).execute()
  await chooseCurrent(trx, answer.task, answer.person)
}

/** A person's last answer that was not undone counts, of the task's present cycle. */
async function chooseCurrent(trx: Trx, task: string, person: string): Promise<void> {
  const last = await trx
    .selectFrom('answer')
    .innerJoin('task', 'task.id', 'answer.task')
    .select(['answer.uuid', 'answer.current'])
    .where('answer.task', '=', task)
    .where('answer.person', '=', person)
    .where('answer.undone', '=', 0)
    .whereRef('answer.cycle', '=', 'task.cycle')
    .orderBy('answer.seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  await trx
    .updateTable('answer')
    .set({ current: 0 })
    .where('task', '=', task)
    .where('person', '=', person)
    .where('current', '=', 1)
    .execute()
  if (last) await trx.updateTable('answer').set({ current: 1 }).where('uuid', '=', last.uuid).execute()
  await countAnswered(trx, [task])
}

async function countAnswered(trx: Trx, tasks: readonly string[]): Promise<void> {
  await trx
    .updateTable('task')
    .set((e) => ({
      answered: e
        .selectFrom('answer')
        .select(e.fn.countAll<number>().as('people'))
        .whereRef('answer.task', '=', 'task.id')
        .where('current', '=', 1)
        .where('kind', '<>', 'skip'),
    }))
    .where('id', 'in', tasks)
    .execute()
}

/** A new cycle: what was said stays on record, and everybody may answer anew. */
async function sendBack(trx: Trx, task: string, comment: string): Promise<void> {
  await trx
    .updateTable('task')
    .set((e) => ({
      cycle: e('cycle', '+', 1),
      comment: plain(comment),
      settled: null,
      settled_by: null,
      answered: 0,
    }))
    .where('id', '=', task)
    .execute()
  await trx.updateTable('answer').set({ current: 0 }).where('task', '=', task).execute()
}

/** Follows all splits in force again, for the answers on some images. */
async function moveAnswers(trx: Trx, images: readonly string[]): Promise<void> {
  const undone = new Set<string>()
  const splits: { uuid: string; seq: number; class: string; into: string; images: Set<string> }[] = []
  const rows = await trx
    .selectFrom('event')
    .select(['uuid', 'seq', 'kind', 'body'])
    .where('kind', 'in', ['class.split', 'class.undo'])
    .orderBy('seq')
    .execute()
  for (const { uuid, seq, kind, body } of rows) {
    const said = JSON.parse(body)
    if (kind === 'class.undo') undone.add(said.target)
    else splits.push({ uuid, seq, class: said.class, into: said.into, images: new Set(said.images) })
  }
  const inForce = splits.filter(({ uuid }) => !undone.has(uuid))
  const merged = await redirects(trx)
  for (let first = 0; first < images.length; first += ROWS) {
    const answers = await trx
      .selectFrom('answer')
      .innerJoin('task', 'task.id', 'answer.task')
      .select(['answer.uuid', 'answer.seq', 'answer.class', 'answer.class_given', 'task.image'])
      .where('task.image', 'in', images.slice(first, first + ROWS))
      .where('answer.class_given', 'is not', null)
      .execute()
    for (const answer of answers) {
      let now = answer.class_given!
      // A split moves what was said before it.
      for (const split of inForce)
        if (
          answer.seq < split.seq &&
          split.images.has(answer.image) &&
          merged(now, split.seq) === split.class
        )
          now = split.into
      if (now !== answer.class)
        await trx.updateTable('answer').set({ class: now }).where('uuid', '=', answer.uuid).execute()
    }
  }
}

/** What a class was called at some point of the history: its merges up to there. */
async function redirects(trx: Trx): Promise<(id: string, seq: number) => string> {
  const rows = await trx
    .selectFrom('event')
    .select(['uuid', 'seq', 'kind', 'body'])
    .where('kind', 'in', ['class.merge', 'class.undo'])
    .orderBy('seq')
    .execute()
  const undoneAt = new Map<string, number>()
  const merges: { uuid: string; seq: number; from: string; into: string }[] = []
  for (const { uuid, seq, kind, body } of rows) {
    const said = JSON.parse(body)
    if (kind === 'class.undo') undoneAt.set(said.target, seq)
    else merges.push({ uuid, seq, from: said.from, into: said.into })
  }
  return (id, at) => {
    let now = id
    for (const { uuid, seq, from, into } of merges) {
      const undone = undoneAt.get(uuid)
      if (seq < at && (undone === undefined || undone > at) && from === now) now = into
    }
    return now
  }
}
