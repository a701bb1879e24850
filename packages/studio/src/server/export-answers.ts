// Every answer as a file: streamed page by page, so that a million of them need no more memory than a thousand.

import { Readable } from 'node:stream'
import { reachConsensus } from 'oltr/exploration'
import { pack } from 'tar-stream'
import type { Format, StudioVerdict } from '../api/schemas.ts'
import type { AnnotationRecord } from '../formats/annotation-record.ts'
import { formats } from '../formats/formats.ts'
import { nameOf } from '../store/answers.ts'
import type { Store } from '../store/store.ts'
import type { Tables } from '../store/tables.ts'
import type { Studio } from './context.ts'
import type { ImageLibrary } from './image-library.ts'

/** Images of which the answers are read at once. */
const PAGE = 200

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
  const rounds = await store.db.selectFrom('round').select('number').orderBy('number').execute()
  for (const { number } of rounds)
    for (let last = -1; ; ) {
      const tasks = await store.db
        .selectFrom('task')
        .selectAll()
        .where('round', '=', number)
        .where('position', '>', last)
        .orderBy('position')
        .limit(PAGE)
        .execute()
      const answers = await answersOn(
        store,
        tasks.map(({ id }) => id),
      )
      for (const task of tasks) {
        const given = answers.get(task.id)
        if (!given) continue
        const agreed = consensusOf(task, given, (id) => nameOf(classes, id))
        const size = await sizeOf(images, task.image)
        for (const row of given)
          yield {
            uuid: row.uuid,
            round: number,
            image: task.image,
            file: `${task.image}${size?.extension ?? ''}`,
            width: size?.width ?? null,
            height: size?.height ?? null,
            annotator: people.get(row.person) ?? row.person,
            kind: row.kind as AnnotationRecord['kind'],
            className: row.class === null ? null : nameOf(classes, row.class),
            note: row.note,
            at: row.at,
            undone: row.undone === 1,
            consensus: agreed,
          }
      }
      if (tasks.length < PAGE) break
      last = tasks[tasks.length - 1]!.position
    }
}

async function answersOn(store: Store, tasks: readonly string[]): Promise<Map<string, Tables['answer'][]>> {
  if (tasks.length === 0) return new Map()
  const rows = await store.db
    .selectFrom('answer')
    .selectAll()
    .where('task', 'in', [...tasks])
    .orderBy('seq')
    .execute()
  return Map.groupBy(rows, ({ task }) => task)
}

function consensusOf(
  task: Tables['task'],
  answers: readonly Tables['answer'][],
  called: (id: string) => string,
): string | null {
  if (task.settled !== null) {
    const verdict = JSON.parse(task.settled) as StudioVerdict
    return verdict.kind === 'class' ? called(verdict.class) : null
  }
  const votes = answers
    .filter(({ current, kind }) => current === 1 && kind === 'class')
    .map((row) => ({
      kind: 'class' as const,
      name: called(row.class!),
      question: task.id,
      annotator: row.person,
    }))
  const outcome = reachConsensus(votes, { method: 'majority' }).get(task.id)?.outcome
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
