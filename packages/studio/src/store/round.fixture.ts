// A store with people, a round of tasks and some classes.

import { createHash, randomUUID } from 'node:crypto'
import { learnKnownClasses } from './class-changes.ts'
import { event } from './events.ts'
import { invite } from './people.ts'
import type { Store } from './store.ts'
import { taskIdOf } from './views.ts'

export const imageOf = (at: number): string => createHash('sha256').update(`image ${at}`).digest('hex')
export const taskOf = (at: number): string => taskIdOf(1, imageOf(at))

/** Opens round 1 with so many tasks, in clusters of ten. */
export async function openRound(store: Store, tasks: number, overlap = 2): Promise<void> {
  await learnKnownClasses(store, ['heron', 'coot', 'grebe'], 'system')
  await store.changeSettings({ overlap }, 'system')
  const body = {
    round: 1,
    folder: 'rounds/1',
    version: 0,
    poolFolder: '/pool',
    pool: 10 * tasks,
    clusters: Math.ceil(tasks / 10),
    tasks: Array.from({ length: tasks }, (_, at) => ({
      image: imageOf(at),
      cluster: 1 + Math.floor(at / 10),
      guesses: [],
      nearest: [],
      openness: at,
      informativeness: 0.5,
      energy: at / 2,
    })),
  }
  await store.add([event('round.opened', body, 'system', randomUUID())])
}

export async function people(store: Store, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let at = 0; at < count; at++)
    ids.push((await invite(store, { name: `person ${at}`, role: 'annotator' }, 'system')).person.id)
  return ids
}
