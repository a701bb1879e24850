// Answers from a file: those that are here already are left out, people and classes that are not here are made, and an image
// that no round has asked about is named in the list of problems. What a reviewer settled elsewhere is settled here by whoever
// brings the file, unless a reviewer was here before. All of a file is kept, or nothing.

import { createHash, randomUUID } from 'node:crypto'
import { pipeline, type Readable } from 'node:stream'
import type { Transaction } from 'kysely'
import { extract } from 'tar-stream'
import type { Format, Response, StudioVerdict } from '../api/schemas.ts'
import { foldName } from '../classes/class-name.ts'
import type { AnnotationRecord } from '../formats/annotation-record.ts'
import { MANIFEST } from '../formats/folders-format.ts'
import { formats } from '../formats/formats.ts'
import { RefusedError } from '../store/errors.ts'
import { event, type NewEvent } from '../store/events.ts'
import { LONGEST_PERSON_NAME } from '../store/people.ts'
import type { Tables } from '../store/tables.ts'
import { taskIdOf } from '../store/views.ts'
import type { Studio } from './context.ts'

/** Problems worth reading. */
const PROBLEMS = 100

export async function importAnswers(
  { store }: Studio,
  format: Format,
  file: Readable,
  by: string,
): Promise<Response<'importData'>> {
  const chunks = format === 'folders' ? manifestOf(file) : file
  const records: AnnotationRecord[] = []
  for await (const record of formats[format].read(chunks)) records.push(record)
  const problems: string[] = []
  const tally = { answers: 0, repeated: 0, newClasses: 0, settled: 0 }
  await store.add(async (trx) => {
    const classes = await store.classes(trx)
    const tasks = await trx.selectFrom('task').select(['id', 'image', 'round']).execute()
    const byId = new Set(tasks.map(({ id }) => id))
    const byImage = new Map(tasks.map(({ id, image }) => [image, id]))
    const people = new Map(
      (await trx.selectFrom('person').select(['id', 'name']).execute()).map(({ id, name }) => [name, id]),
    )
    const present = new Set((await trx.selectFrom('event').select('uuid').execute()).map(({ uuid }) => uuid))
    const made = new Map<string, string>()
    const events: NewEvent[] = []
    const usablePerson = (name: string): boolean => {
      if (name !== '' && name.length <= LONGEST_PERSON_NAME) return true
      problems.push(
        `"${name.slice(0, LONGEST_PERSON_NAME)}": expected a person's name of 1 to ${LONGEST_PERSON_NAME} characters`,
      )
      return false
    }
    const personOf = (name: string): string => {
      const known = people.get(name)
      if (known) return known
      const id = `p-${idOf(name)}`
      people.set(name, id)
      // Somebody who answered elsewhere; nobody comes in by that name here.
      events.push(
        event('person.joined', { person: id, name, role: 'annotator' }, by, randomUUID()),
        event('person.removed', { person: id }, by, randomUUID()),
      )
      return id
    }
    const classOf = (name: string): string | null => {
      const folded = foldName(name)
      if ('problem' in folded) {
        problems.push(`"${name}": ${folded.problem}`)
        return null
      }
      const known = classes.resolveName(folded.name) ?? made.get(folded.key)
      if (known) return known
      const usual = `c-${idOf(folded.key)}`
      // It may have been renamed since an earlier import.
      const id = classes.get(usual) ? `c-${randomUUID()}` : usual
      made.set(folded.key, id)
      events.push(event('class.create', { class: id, name: folded.name }, by, randomUUID()))
      return id
    }
    const reviewed = await reviewedTasks(trx)
    const settle = (task: string, { settled: kind, settledClass: className }: AnnotationRecord): void => {
      // What was decided here counts, and the same file again changes nothing.
      if (kind === null || reviewed.has(task)) return
      reviewed.add(task)
      const verdict = verdictOf({ kind, className }, classOf)
      if (verdict === null) return
      events.push(event('review.settled', { task, verdict }, by, randomUUID()))
      tally.settled++
    }
    for (const record of records) {
      const same = taskIdOf(record.round, record.image)
      const task = byId.has(same) ? same : byImage.get(record.image)
      if (task !== undefined) settle(task, record)
      if (present.has(record.uuid)) {
        tally.repeated++
        continue
      }
      if (task === undefined) {
        problems.push(
          `no round has asked about the image ${record.image} (${record.file}): explore its folder first`,
        )
        continue
      }
      const annotator = people.has(record.annotator) ? record.annotator : tidied(record.annotator)
      const verdict = usablePerson(annotator) ? verdictOf(record, classOf) : null
      if (verdict === null) continue
      const person = personOf(annotator)
      present.add(record.uuid)
      events.push({
        ...event('answer.given', { task, verdict, note: record.note }, person, record.uuid),
        at: record.at,
      } as NewEvent)
      if (record.undone) events.push(event('answer.undone', { answer: record.uuid }, person, randomUUID()))
      tally.answers++
    }
    tally.newClasses = made.size
    return events
  })
  return { ...tally, problems: problems.slice(0, PROBLEMS) }
}

/** The images that a reviewer of this store has ever decided on. */
async function reviewedTasks(trx: Transaction<Tables>): Promise<Set<string>> {
  const rows = await trx
    .selectFrom('event')
    .select('body')
    .where('kind', 'in', ['review.settled', 'review.sent-back', 'review.reopened'])
    .execute()
  return new Set(rows.map(({ body }) => (JSON.parse(body) as { task: string }).task))
}

function verdictOf(
  { kind, className }: Pick<AnnotationRecord, 'kind' | 'className'>,
  classOf: (name: string) => string | null,
): StudioVerdict | null {
  if (kind !== 'class') return { kind }
  const id = classOf(className!)
  return id === null ? null : { kind, class: id }
}

/** A person's name as the store keeps it. */
function tidied(name: string): string {
  return name.replaceAll('\0', '\ufffd').toWellFormed().normalize('NFC').trim()
}

/** The same name gives the same id, in whatever order a file is read. */
function idOf(name: string): string {
  return createHash('sha256').update(`imported ${name}`).digest('hex').slice(0, 24)
}

/** The manifest out of an archive of class folders; the images are here already. */
async function* manifestOf(file: Readable): AsyncGenerator<Buffer> {
  const entries = extract()
  // What goes wrong comes out of the entries.
  pipeline(file, entries, () => {})
  let found = false
  try {
    for await (const entry of entries) {
      if (entry.header.name === MANIFEST) {
        found = true
        for await (const chunk of entry) yield chunk as Buffer
      } else entry.resume()
    }
  } catch (error) {
    // A file that is too large says so itself.
    if ('statusCode' in (error as Error)) throw error
    throw new RefusedError('invalid', `expected a tar archive (${(error as Error).message}): export it again`)
  }
  if (!found) throw new RefusedError('invalid', `the archive has no ${MANIFEST}: export it again`)
}
