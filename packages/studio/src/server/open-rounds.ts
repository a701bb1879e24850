// Explored rounds become tasks: those of this application, and those of `oltr explore` on the command line.

import fs from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Selected } from 'oltr/exploration'
import type { ClassRegistry } from '../classes/class-registry.ts'
import { learnKnownClasses } from '../store/class-changes.ts'
import { event, type RoundTask } from '../store/events.ts'
import { classIdOf } from './class-lookup.ts'
import type { Studio } from './context.ts'
import type { JobContext } from './jobs/jobs.ts'
import { program } from './jobs/programs.ts'

export const SYSTEM = 'system'
/** Nearest classes that are shown when somebody asks why. */
const NEAREST = 5

interface Grouping {
  /** Of each asked image, in the order of the selection. */
  readonly clusters: readonly number[]
  readonly nearest: readonly (readonly (readonly [string, number])[])[]
}

/** Opens every explored round that is not open yet. */
export async function openRounds(
  studio: Studio,
  run: JobContext['run'],
): Promise<{ round: number; images: number; clusters: number }[]> {
  const { store } = studio
  await learnKnownClasses(store, studio.run.trainedClasses, SYSTEM)
  const open = new Set(
    (await store.db.selectFrom('round').select('number').execute()).map(({ number }) => number),
  )
  const opened: { round: number; images: number; clusters: number }[] = []
  for (const round of studio.run.exploredRounds) {
    if (open.has(round)) continue
    const folder = studio.run.roundFolder(round)
    const file = join(folder, 'studio', 'groups.json')
    if (!fs.existsSync(file)) {
      fs.mkdirSync(dirname(file), { recursive: true })
      await run([program('group-round'), folder, file])
    }
    const groups = JSON.parse(fs.readFileSync(file, 'utf8')) as Grouping
    const { record, selection } = studio.run.round(round)
    const classes = await store.classes()
    const tasks = inClusters(selection.asked, groups, classes)
    const clusters = new Set(groups.clusters).size
    const body = {
      round,
      folder: relative(studio.run.folder, folder),
      version: record.version,
      poolFolder: record.pool,
      pool: selection.pool,
      clusters,
      tasks,
    }
    // The same uuid from every server: a round is opened once.
    const uuid = `00000000-0000-4000-8000-${String(round).padStart(12, '0')}`
    await store.add([event('round.opened', body, SYSTEM, uuid)])
    opened.push({ round, images: tasks.length, clusters })
  }
  return opened
}

/** The most wanted cluster first; inside it the most wanted image first. */
function inClusters(
  asked: readonly Selected[],
  { clusters, nearest }: Grouping,
  classes: ClassRegistry,
): RoundTask[] {
  const first = new Map<number, number>()
  asked.forEach((_, at) => {
    if (!first.has(clusters[at]!)) first.set(clusters[at]!, first.size)
  })
  const idOf = (name: string): string | null => classIdOf(classes, name)
  return asked
    .map((image, at) => ({ image, at, cluster: first.get(clusters[at]!)! }))
    .sort((a, b) => a.cluster - b.cluster || a.at - b.at)
    .map(({ image, at, cluster }) => ({
      image: image.id,
      cluster: cluster + 1,
      guesses: image.guesses.flatMap(({ className, confidence }) => {
        const id = idOf(className)
        return id === null ? [] : [{ class: id, confidence }]
      }),
      nearest: nearest[at]!.slice(0, NEAREST).flatMap(([name, distance]) => {
        const id = idOf(name)
        return id === null ? [] : [{ class: id, distance }]
      }),
      openness: image.openness,
      informativeness: image.informativeness,
      energy: image.energy,
    }))
}
