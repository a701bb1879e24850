// The images in front of one person: claimed ahead, answered at once, taken back and given again.

import { computed, effect, signal } from '@preact/signals'
import type { StudioVerdict, Task } from '../../src/api/schemas.ts'
import { type PastAnswer, recentClasses, toRedo, toUndo, withKept } from './answer-history.ts'
import { call, messageOf } from './api.ts'
import { entries, onOtherTab, put, unsent } from './outbox.ts'
import { prefetch } from './prefetch.ts'
import { keepQueue, keptQueue } from './queue-box.ts'
import { answersToday, confirmed, here } from './session.ts'
import { say } from './toasts.ts'
import { newUuid } from './uuid.ts'

const CLAIM = 24
const AHEAD = 12
/** As many as are claimed: all of them can be seen when the server goes away. */
const PREFETCH = CLAIM
/** The end of a claim that was not made: an answer taken back waits for its person. */
const NEVER = Number.MAX_SAFE_INTEGER

export const queue = signal<readonly Task[]>([])
export const cursor = signal(0)
/** Images of the round that still want an answer of mine; null before the first claim. */
export const left = signal<number | null>(null)
export const claiming = signal(false)
export const claimProblem = signal<string | null>(null)
/** How long images are claimed for. */
export const leaseMs = signal(0)
/** One's answers, newest first. */
export const past = signal<readonly PastAnswer[]>([])

export const currentTask = computed(() => queue.value[cursor.value] ?? null)
export const clusterTasks = computed(() => {
  const task = currentTask.value
  if (task === null) return []
  return queue.value.filter(({ round, cluster }) => round === task.round && cluster === task.cluster)
})
export const recents = computed(() => recentClasses(past.value, 9))
/** Tasks as they were claimed, for when an answer is taken back. */
const tasksSeen = new Map<string, Task>()

export async function startQueue(): Promise<void> {
  const me = here.value!.id
  effect(() => {
    // Before the first claim there is nothing to keep, and something to find; after they have left, neither.
    const begun = left.value !== null || queue.value.length > 0
    if (begun && here.value?.id === me) keepQueue(localStorage, me, queue.value)
  })
  onOtherTab((operation) => {
    if (operation.kind === 'answer') removeFromQueue(new Set([operation.answer.task]))
  })
  if (!confirmed.value) restore()
  // Before anything is asked: what is sent meanwhile is in one of the two.
  const kept = entries.value.filter(({ refused }) => refused === undefined)
  await loadPast()
  past.value = withKept(
    past.value,
    kept.map(({ operation }) => operation),
  )
  await claim()
}

/** What was claimed before the page was loaded, while the server does not say what is. */
function restore(): void {
  const me = here.value
  if (!me || left.value !== null || queue.value.length > 0) return
  const done = answered()
  queue.value = keptQueue(localStorage, me.id).filter(({ id }) => !done.has(id))
  look()
}

async function loadPast(before?: string): Promise<number> {
  try {
    const older = await call('myAnswers', { query: { limit: 200, ...(before !== undefined && { before }) } })
    const known = new Set(past.value.map(({ uuid }) => uuid))
    const fresh = older.filter(({ uuid }) => !known.has(uuid))
    past.value = [...past.value, ...fresh]
    return fresh.length
  } catch {
    return 0
  }
}

/** Tasks that have an answer of mine, whether the server knows it yet or not. */
function answered(): Set<string> {
  const tasks = new Set(past.value.filter(({ undone }) => !undone).map(({ task }) => task))
  for (const { operation } of entries.value) {
    if (operation.kind === 'answer' && !past.value.some(({ uuid }) => uuid === operation.answer.uuid)) {
      tasks.add(operation.answer.task)
    }
  }
  return tasks
}

let answeredDuringClaim = 0

/** Asks for more images, unless that is being done. */
export async function claim(): Promise<void> {
  if (claiming.value) return
  claiming.value = true
  answeredDuringClaim = 0
  try {
    const count = Math.min(200, CLAIM + queue.value.length + unsent.value)
    const reply = await call('claimTasks', { body: { count } })
    const done = answered()
    // By the clock of this browser, which may be another than the server's.
    const now = Date.now()
    const tasks = reply.tasks.map((task) => ({ ...task, until: task.until - reply.now + now }))
    const claimed = new Map(tasks.map((task) => [task.id, task]))
    if (tasks[0]) leaseMs.value = tasks[0].until - now
    // A claim that ran out is somebody else's by now.
    const current = currentTask.value
    const standing = queue.value
      .map((task) => claimed.get(task.id) ?? task)
      .filter(({ until }) => until > now)
    const known = new Set(standing.map(({ id }) => id))
    const fresh = tasks.filter(({ id }) => !known.has(id) && !done.has(id))
    for (const task of fresh) tasksSeen.set(task.id, task)
    queue.value = [...standing, ...fresh]
    cursor.value = Math.max(0, current ? queue.value.findIndex(({ id }) => id === current.id) : 0)
    left.value = Math.max(0, reply.left - answeredDuringClaim - unsentAnswers())
    claimProblem.value = null
  } catch (error) {
    claimProblem.value = messageOf(error)
    restore()
  }
  claiming.value = false
  look()
}

function unsentAnswers(): number {
  return entries.value.filter(({ operation, refused }) => operation.kind === 'answer' && !refused).length
}

/** Loads what is shown next, and claims when little is left. */
function look(): void {
  prefetch(queue.value.slice(cursor.value, cursor.value + PREFETCH + 1).map(({ image }) => image))
}

function keepAhead(): void {
  look()
  if (queue.value.length - cursor.value < AHEAD) claim()
}

export function move(by: number): void {
  cursor.value = Math.max(0, Math.min(queue.value.length - 1, cursor.value + by))
  keepAhead()
}

export function moveTo(task: string): void {
  const index = queue.value.findIndex(({ id }) => id === task)
  if (index !== -1) cursor.value = index
}

/** Leaves images for later: they come again after all others. */
export function postpone(tasks: readonly Task[]): void {
  const ids = new Set(tasks.map(({ id }) => id))
  queue.value = [...queue.value.filter(({ id }) => !ids.has(id)), ...tasks]
  cursor.value = Math.min(cursor.value, Math.max(0, queue.value.length - 1))
}

/** Answers images at one keystroke; what comes next is shown at once, and the answers leave by themselves. */
export function answer(
  tasks: readonly Task[],
  verdict: StudioVerdict,
  className: string | null,
  note = '',
): void {
  if (tasks.length === 0) return
  const at = Date.now()
  const step = newUuid()
  const given = tasks.map((task) => ({
    ...{ uuid: newUuid(), task: task.id, image: task.image, verdict, className, at, undone: false, step },
  }))
  put(
    given.map(({ uuid, task }) => ({
      kind: 'answer',
      answer: { uuid, task, verdict, ...(note !== '' && { note }) },
    })),
  )
  past.value = [...given, ...past.value]
  removeFromQueue(new Set(tasks.map(({ id }) => id)))
}

function removeFromQueue(ids: ReadonlySet<string>): void {
  const before = queue.value.slice(0, cursor.value).filter(({ id }) => ids.has(id)).length
  const remaining = queue.value.filter(({ id }) => !ids.has(id))
  const removed = queue.value.length - remaining.length
  queue.value = remaining
  cursor.value = Math.max(0, Math.min(cursor.value - before, remaining.length - 1))
  if (left.value !== null) left.value = Math.max(0, left.value - removed)
  answeredDuringClaim += claiming.value ? removed : 0
  keepAhead()
}

function setUndone(uuids: ReadonlySet<string>, undone: boolean): void {
  // Those of before the last reload are in the server's count for today, which it gave once.
  const midnight = new Date().setHours(0, 0, 0, 0)
  const counted = past.value.filter(
    ({ uuid, step, at }) => uuids.has(uuid) && step === undefined && at >= midnight,
  )
  answersToday.value += undone ? -counted.length : counted.length
  past.value = past.value.map((answer) => (uuids.has(answer.uuid) ? { ...answer, undone } : answer))
}

export async function undo(): Promise<void> {
  let step = toUndo(past.value)
  while (step.length === 0) {
    if ((await loadPast(past.value.at(-1)?.uuid)) === 0) break
    step = toUndo(past.value)
  }
  if (step.length === 0) {
    say('There is nothing to take back.')
    return
  }
  put([{ kind: 'undo', answers: step.map(({ uuid }) => uuid) }])
  setUndone(new Set(step.map(({ uuid }) => uuid)), true)
  const back = await Promise.all(step.toReversed().map(taskOf))
  const ids = new Set(back.map(({ id }) => id))
  const others = queue.value.filter(({ id }) => !ids.has(id))
  if (left.value !== null) left.value += back.length
  const at = Math.min(cursor.value, others.length)
  queue.value = [...others.slice(0, at), ...back, ...others.slice(at)]
  cursor.value = at
  look()
  say(step.length === 1 ? 'Answer taken back.' : `${step.length} answers taken back.`)
}

export function redo(): void {
  const step = toRedo(past.value)
  if (step.length === 0) {
    say('There is nothing to give again.')
    return
  }
  const uuids = step.map(({ uuid }) => uuid)
  put([{ kind: 'redo', answers: uuids }])
  setUndone(new Set(uuids), false)
  removeFromQueue(new Set(step.map(({ task }) => task)))
  say(step.length === 1 ? 'Answer given again.' : `${step.length} answers given again.`)
}

/** The image of an earlier answer. After a reload its guesses are the nearest classes: the rest is not kept. */
async function taskOf({ task, image }: PastAnswer): Promise<Task> {
  const seen = tasksSeen.get(task)
  if (seen) return { ...seen, until: NEVER }
  const bare = {
    ...{ id: task, image, round: Number(task.split('-')[0]), cluster: -1, comment: null },
    ...{ openness: 0, informativeness: 0, energy: 0, guesses: [], until: NEVER },
  }
  try {
    const why = await call('whyTask', { params: { task } })
    const guesses = why.nearest.map(({ class: id, name }) => ({ class: id, name, confidence: 0 }))
    return {
      ...bare,
      guesses,
      openness: why.openness,
      informativeness: why.informativeness,
      energy: why.energy,
    }
  } catch {
    return bare
  }
}
