// What is computed from a round for pages to show: its map, and what a version takes its images for.

import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { RefusedError } from '../../store/errors.ts'
import type { JobContext } from './jobs.ts'
import { program, progressOf } from './programs.ts'

export async function drawMap(context: JobContext, { round }: { round: number }): Promise<string> {
  const folder = context.studio.run.roundFolder(round)
  await context.run([program('draw-map'), folder, output(folder, 'map.json')], {
    onProgress: progressOf(context, 'drawing the map'),
  })
  return `the map of round ${round} is drawn`
}

export async function recogniseRound(
  context: JobContext,
  { round, version }: { round: number; version: number },
): Promise<string> {
  const { run } = context.studio
  const folder = run.roundFolder(round)
  const { record } = run.round(round)
  const [now, before] = [version, record.version].map((wanted) => {
    const found = run.versions.find((each) => each.version === wanted)
    if (!found) throw new RefusedError('missing', `version ${wanted} is gone`)
    return found.file
  })
  await context.run([
    program('recognise-round'),
    folder,
    now!,
    before!,
    String(version),
    output(folder, `recognised-${version}.json`),
  ])
  return `version ${version} has looked at the images of round ${round}`
}

function output(folder: string, name: string): string {
  const file = join(folder, 'studio', name)
  fs.mkdirSync(dirname(file), { recursive: true })
  return file
}
