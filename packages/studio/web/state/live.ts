// What changes while the page is open: server-sent events counted by topic, which pages watch to ask again.

import { type Signal, signal } from '@preact/signals'
import { paths } from '../../src/api/paths.ts'
import type { Job, LiveEvent, Topic } from '../../src/api/schemas.ts'
import { call, unreachable } from './api.ts'

/** Counts up when something of a topic changed; several changes within a moment count once. */
const changes: Record<Topic, Signal<number>> = {
  answers: signal(0),
  classes: signal(0),
  rounds: signal(0),
  jobs: signal(0),
  versions: signal(0),
  people: signal(0),
  settings: signal(0),
}
/** The latest that was heard of each job; between two requests this is newer than what a route said. */
export const liveJobs = signal<ReadonlyMap<string, Job>>(new Map())

const CALM_MS = 300
const waiting = new Set<Topic>()
let timer: ReturnType<typeof setTimeout> | undefined
let source: EventSource | undefined

export function changesOf(topics: readonly Topic[]): string {
  return topics.map((topic) => changes[topic].value).join()
}

function announce(topics: Iterable<Topic>): void {
  for (const topic of topics) waiting.add(topic)
  if (timer !== undefined) return
  timer = setTimeout(() => {
    timer = undefined
    for (const topic of waiting) changes[topic].value += 1
    waiting.clear()
  }, CALM_MS)
}

export function listen(): void {
  source?.close()
  const opened = new EventSource(paths.live.path)
  source = opened
  let lost = false
  opened.onmessage = ({ data }) => {
    const event = JSON.parse(data) as LiveEvent
    if (event.job) liveJobs.value = new Map(liveJobs.value).set(event.job.id, event.job)
    announce(event.topics.filter((topic) => topic in changes))
  }
  opened.onerror = () => {
    lost = true
    // It tries again by itself, unless it was refused: then a request finds out why.
    if (opened.readyState === EventSource.CONNECTING) unreachable.value = true
    else call('me').catch(() => {})
  }
  // Whatever happened while nobody listened was missed, so everything is asked for again.
  opened.onopen = () => {
    unreachable.value = false
    if (lost) announce(Object.keys(changes) as Topic[])
    lost = false
  }
}

/** A job as it was last heard of. What a route says has ended has ended, whatever was heard before. */
export function latest(job: Job): Job {
  if (job.state !== 'waiting' && job.state !== 'running') return job
  return liveJobs.value.get(job.id) ?? job
}
