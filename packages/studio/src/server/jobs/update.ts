// What people agreed on, taken into the model by `oltr update`: one label an image, names as the model calls its classes.

import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { collectAnswers, type GrowthMetrics } from 'oltr/exploration'
import { RefusedError } from '../../store/errors.ts'
import { event } from '../../store/events.ts'
import { StudioAnnotator } from '../studio-annotator.ts'
import type { JobContext } from './jobs.ts'
import { OLTR, progressOf } from './programs.ts'

/** `oltr update` refused: known classes would lose too much. */
const REFUSED = 3

export async function update(context: JobContext, { round }: { round: number }): Promise<string> {
  const { studio, by } = context
  const { store, run } = studio
  const folder = run.roundFolder(round)
  const file = join(folder, 'studio', `agreed-${randomUUID()}.jsonl`)
  const { asked } = run.round(round).selection
  const answers = await collectAnswers([new StudioAnnotator(studio, round)], asked, { file, overlap: 1 })
  if (answers.length === 0) {
    fs.rmSync(file)
    throw new RefusedError('conflict', 'nobody agrees on any image yet: name some first')
  }
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
  const classes = await store.classes()
  const learned = result.newClasses.map((name) => ({ id: classes.resolveName(name) ?? '', name }))
  await store.add([event('version.made', { round, version, classes: learned }, by, randomUUID())])
  return `Version ${version} knows ${result.newClasses.length} new classes from ${answers.length} images${changeOf(result.before, result.after)}`
}

function changeOf(before: GrowthMetrics | null, after: GrowthMetrics | null): string {
  if (before?.known == null || after?.known == null) return ''
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
  return `; known classes ${percent(before.known)} before, ${percent(after.known)} after`
}
