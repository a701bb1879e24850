// The project and its progress, asked for by the frame of every page and shared by all of them.

import { computed, effect, signal } from '@preact/signals'
import type { Job, Response } from '../../src/api/schemas.ts'
import { call } from './api.ts'
import { changesOf, latest } from './live.ts'
import { here } from './session.ts'

export type Project = Response<'project'>

export const project = signal<Project | undefined>(undefined)

export const newestRound = computed(() => {
  const rounds = project.value?.rounds ?? []
  return rounds.reduce<(typeof rounds)[number] | null>(
    (newest, round) => (newest === null || round.round > newest.round ? round : newest),
    null,
  )
})

/** The round whose answers an update would use: the newest that has some. */
export const roundToLearn = computed(() => {
  const answered = (project.value?.rounds ?? []).filter(({ answers }) => answers > 0)
  return answered.toSorted((a, b) => b.round - a.round)[0] ?? null
})

export const currentJob = computed<Job | null>(() => {
  const job = project.value?.job
  return job ? latest(job) : null
})

/** Whether work goes on that no other may be started beside. Maps and second looks at images are done in passing. */
export const busy = computed(() => {
  const job = currentJob.value
  if (job === null || job.kind === 'map' || job.kind === 'recognise') return false
  return job.state === 'running' || job.state === 'waiting'
})

export async function loadProject(): Promise<void> {
  try {
    project.value = await call('project')
  } catch {
    // The frame shows what it knew; the state of the connection is shown beside it.
  }
}

export function followProject(): void {
  effect(() => {
    changesOf(['rounds', 'jobs', 'answers', 'versions', 'people', 'settings', 'classes'])
    if (here.value) loadProject()
  })
}
