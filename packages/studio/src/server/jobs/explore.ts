// A round: a folder of images is explored, the chosen ones are put into clusters, and become tasks.

import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { nextRound } from 'oltr/exploration'
import { openRounds } from '../open-rounds.ts'
import type { JobContext } from './jobs.ts'
import { OLTR, program, progressOf } from './programs.ts'

/** Of the files that were left out, so many are named. */
const NAMED = 3

export async function explore(
  context: JobContext,
  { pool, budget }: { pool: string; budget: string },
): Promise<string> {
  const { studio } = context
  const { folder } = studio.run
  const asked = resolve(pool)
  const round = nextRound(folder, asked)
  const { output } = await context.run(
    [OLTR, 'explore', folder, '--pool', asked, '--budget', budget, '--out', round, '--json'],
    { onProgress: progressOf(context, 'exploring') },
  )
  const opened = await openRounds(studio, context.run)
  const images = opened.reduce((sum, each) => sum + each.images, 0)
  const groups = opened.reduce((sum, each) => sum + each.clusters, 0)
  const { skipped } = JSON.parse(output.trim().split('\n').at(-1)!) as { skipped: LeftOut[] }
  return `${images} images are worth a person's time; they are in ${groups} groups${leftOutOf(skipped)}`
}

interface LeftOut {
  readonly image: string
  readonly skipped: string
}

/** How many files of the pool were left out, and the first of them with the reason. */
export function leftOutOf(skipped: readonly LeftOut[]): string {
  if (skipped.length === 0) return ''
  const named = skipped.slice(0, NAMED).map(({ image, skipped: reason }) => `${image}: ${reason}`)
  const rest =
    skipped.length > NAMED ? [`and ${skipped.length - NAMED} more, all in the round's scores.jsonl`] : []
  const files = skipped.length === 1 ? '1 file was' : `${skipped.length} files were`
  return `. ${files} left out: ${[...named, ...rest].join('; ')}`
}

export async function samplePool(context: JobContext, { images }: { images: number }): Promise<string> {
  const { folder } = context.studio.run
  const pool = join(context.studio.run.studioFolder, `samples-${images}-${randomUUID().slice(0, 8)}`)
  context.report({ label: 'drawing sample images', progress: null })
  await context.run([program('draw-samples'), folder, pool, String(images)])
  return explore(context, { pool, budget: '15%' })
}
