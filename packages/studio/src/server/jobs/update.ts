// What people agreed on, taken into the model by `oltr update`: one label an image, names as the model calls its classes.

import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '@oltr/torch/files'
import { type Answer, type GrowthMetrics, readModelCard } from 'oltr/exploration'
import { nameOf } from '../../store/answers.ts'
import { RefusedError } from '../../store/errors.ts'
import { event } from '../../store/events.ts'
import { judgeRound } from '../../store/round-consensus.ts'
import { classIdOf } from '../class-lookup.ts'
import type { JobContext } from './jobs.ts'
import { OLTR, progressOf } from './programs.ts'

/** `oltr update` refused: known classes would lose too much. */
const REFUSED = 3

export async function update(context: JobContext, { round }: { round: number }): Promise<string> {
  const { studio, by } = context
  const { store, run } = studio
  const { tasks } = await judgeRound(store, round)
  const classes = await store.classes()
  const { classNames } = readModelCard(run.inUse.file)
  // The model keeps the names that it learned its classes by, whatever people call them now.
  const modelName = new Map(
    classNames.map((name) => [classIdOf(classes, name), name] as const).filter(([id]) => id !== null),
  )
  const answers: Answer[] = tasks.flatMap(({ task, class: id }) =>
    id === null
      ? []
      : [
          {
            kind: 'class',
            name: modelName.get(id) ?? nameOf(classes, id),
            question: task.image,
            annotator: 'agreed',
          },
        ],
  )
  if (answers.length === 0)
    throw new RefusedError('conflict', 'nobody agrees on any image yet: name some first')
  const folder = run.roundFolder(round)
  fs.mkdirSync(join(folder, 'studio'), { recursive: true })
  const file = join(folder, 'studio', `agreed-${randomUUID()}.jsonl`)
  await writeFileAtomic(file, answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''))
  const { code, output } = await context.run(
    [OLTR, 'update', run.folder, '--round', folder, '--answers', file, '--no-merge', '--json'],
    { accept: [REFUSED], onProgress: progressOf(context, 'updating') },
  )
  const result = JSON.parse(output.trim().split('\n').at(-1)!) as {
    version: { version: number } | null
    newClasses: string[]
    before: GrowthMetrics | null
    after: GrowthMetrics | null
    refused: string | null
  }
  if (code === REFUSED || result.version === null)
    return `The update was refused: ${result.refused}. Nothing was changed.`
  const { version } = result.version
  const learned = result.newClasses.map((name) => ({ id: classes.resolveName(name) ?? '', name }))
  await store.add([event('version.made', { round, version, classes: learned }, by, randomUUID())])
  return `Version ${version} knows ${result.newClasses.length} new classes from ${answers.length} images${changeOf(result.before, result.after)}`
}

function changeOf(before: GrowthMetrics | null, after: GrowthMetrics | null): string {
  if (before?.known == null || after?.known == null) return ''
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
  return `; known classes ${percent(before.known)} before, ${percent(after.known)} after`
}
