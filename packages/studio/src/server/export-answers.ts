// Every answer as a file: streamed page by page, so that a million of them need no more memory than a thousand.

import { Readable } from 'node:stream'
import { reachConsensus } from 'oltr/exploration'
import { pack } from 'tar-stream'
import type { Format, StudioVerdict } from '../api/schemas.ts'
import type { AnnotationRecord } from '../formats/annotation-record.ts'
import { formats } from '../formats/formats.ts'
import { nameOf } from '../store/answers.ts'
import type { Store } from '../store/store.ts'
import type { Studio } from './context.ts'
import type { ImageLibrary } from './image-library.ts'

/** Places of a round whose answers are read at once: few, since what is held when the young are collected grows old. */
const PAGE = 50

/** The bytes of a file in some format. */
export function exportStream(studio: Studio, format: Format): Readable {
  const records = annotationRecords(studio.store, studio.images)
  if (format === 'folders') return tarOf(studio, records)
  return Readable.from(formats[format].write(records), { objectMode: false })
}

/**
 * All answers, grouped by image. `consensus` is what a reviewer settled, else the majority; sizes are read where there are images.
 */
export async function* annotationRecords(
  store: Store,
  images: ImageLibrary | null,
): AsyncGenerator<AnnotationRecord> {
  const classes = await store.classes()
  const people = new Map(
    (await store.db.selectFrom('person').select(['id', 'name']).execute()).map(({ id, name }) => [id, name]),
  )
  const called = (id: string): string => nameOf(classes, id)
  for await (const page of answersByTask(store)) {
    const sizes = await Promise.all(page.map(([row]) => sizeOf(images, row!.image)))
    for (const [at, given] of page.entries()) {
      const [{ round, image, settled_by }] = given as [Row]
      const settled = settledOf(given[0]!, called)
      const agreed = settled.settled === null ? consensusOf(given, called) : settled.settledClass
      const settledBy = settled_by === null ? null : (people.get(settled_by) ?? settled_by)
      const size = sizes[at]
      for (const row of given)
        yield {
          uuid: row.uuid,
          round,
          image,
          file: `${image}${size?.extension ?? ''}`,
          width: size?.width ?? null,
          height: size?.height ?? null,
          annotator: people.get(row.person) ?? row.person,
          kind: row.kind as AnnotationRecord['kind'],
          className: row.class === null ? null : called(row.class),
          note: row.note,
          at: row.at,
          undone: row.undone === 1,
          consensus: agreed,
          ...settled,
          settledBy,
        }
    }
  }
}

type Row = Awaited<ReturnType<typeof answersAt>>[number]

/** The answers on each image of each round, in the order of the queue, by pages; images that nobody answered are left out. */
async function* answersByTask(store: Store): AsyncGenerator<readonly (readonly Row[])[]> {
  const ends = await store.db
    .selectFrom('task')
    .select((e) => ['round', e.fn.max('position').as('last')])
    .groupBy('round')
    .orderBy('round')
    .execute()
  for (const { round, last } of ends)
    for (let from = 0; from <= last; from += PAGE) {
      const rows = await answersAt(store, round, from)
      const page: (readonly Row[])[] = []
      for (let first = 0, next = 0; first < rows.length; first = next) {
        while (rows[next]?.task === rows[first]!.task) next++
        page.push(rows.slice(first, next))
      }
      yield page
    }
}

/** No more columns than are wanted: what a page holds besides is garbage, and a million answers are ten thousand pages. */
function answersAt(store: Store, round: number, from: number) {
  return store.db
    .selectFrom('task')
    .innerJoin('answer', 'answer.task', 'task.id')
    .select(['task.round', 'task.image', 'task.settled', 'task.settled_by', 'answer.task', 'answer.uuid'])
    .select([
      'answer.person',
      'answer.kind',
      'answer.class',
      'answer.note',
      'answer.at',
      'answer.undone',
      'answer.current',
    ])
    .where('task.round', '=', round)
    .where('task.position', '>=', from)
    .where('task.position', '<', from + PAGE)
    .orderBy('task.position')
    .orderBy('answer.seq')
    .execute()
}

function settledOf(
  { settled }: Row,
  called: (id: string) => string,
): Pick<AnnotationRecord, 'settled' | 'settledClass'> {
  if (settled === null) return { settled, settledClass: null }
  const verdict = JSON.parse(settled) as StudioVerdict
  return { settled: verdict.kind, settledClass: verdict.kind === 'class' ? called(verdict.class) : null }
}

/** The class that most people name, by their answers that count; null where it is none or a tie. */
function consensusOf(given: readonly Row[], called: (id: string) => string): string | null {
  const named = given.filter(({ current, kind }) => current === 1 && kind === 'class')
  const [first] = named
  if (!first) return null
  const name = called(first.class!)
  // Most people agree, and then there is nothing to count.
  if (named.every((row) => called(row.class!) === name)) return name
  const votes = named.map((row) => ({
    kind: 'class' as const,
    name: called(row.class!),
    question: row.task,
    annotator: row.person,
  }))
  const outcome = reachConsensus(votes, { method: 'majority' }).get(first.task)?.outcome
  return outcome?.kind === 'class' ? outcome.name : null
}

async function sizeOf(
  images: ImageLibrary | null,
  image: string,
): Promise<{ width: number; height: number; extension: string } | null> {
  const header = await images?.headerOf(image)
  if (!header) return null
  const { width, height, format } = header
  return { width, height, extension: format === 'jpeg' ? '.jpg' : `.${format}` }
}

function tarOf(studio: Studio, records: AsyncIterable<AnnotationRecord>): Readable {
  const archive = pack()
  const fill = async (): Promise<void> => {
    for await (const entry of formats.folders.write(records)) {
      if ('image' in entry) {
        const found = await studio.images.whole(entry.image)
        if (found) await added(archive, entry.path, found.bytes)
        continue
      }
      const parts: Buffer[] = []
      for await (const part of entry.content) parts.push(Buffer.from(part))
      await added(archive, entry.path, Buffer.concat(parts))
    }
    archive.finalize()
  }
  fill().catch((error: Error) => archive.destroy(error))
  return Readable.from(archive)
}

function added(archive: ReturnType<typeof pack>, name: string, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry({ name, mtime: new Date(0) }, content, (error) => (error ? reject(error) : resolve()))
  })
}
