// A round: a folder of images is explored, the chosen ones are put into clusters, and become tasks.

import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { nextRound } from 'oltr/exploration'
import { openRounds } from '../open-rounds.ts'
import type { JobContext } from './jobs.ts'
import { OLTR, program, progressOf } from './programs.ts'

export async function explore(
  context: JobContext,
  { pool, budget }: { pool: string; budget: string },
): Promise<string> {
  const { studio } = context
  const { folder } = studio.run
  const asked = resolve(pool)
  const round = nextRound(folder, asked)
  await context.run(
    [OLTR, 'explore', folder, '--pool', asked, '--budget', budget, '--out', round, '--json'],
    { onProgress: progressOf(context, 'exploring') },
  )
  const opened = await openRounds(studio, context.run)
  const images = opened.reduce((sum, each) => sum + each.images, 0)
  return `${images} images are worth a person's time; they are in ${opened.reduce((sum, each) => sum + each.clusters, 0)} groups`
}

export async function samplePool(context: JobContext, { images }: { images: number }): Promise<string> {
  const { folder } = context.studio.run
  const pool = join(context.studio.run.studioFolder, `samples-${images}-${randomUUID().slice(0, 8)}`)
  context.report({ label: 'drawing sample images', progress: null })
  await context.run([program('draw-samples'), folder, pool, String(images)])
  return explore(context, { pool, budget: '15%' })
}
