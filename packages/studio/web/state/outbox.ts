// Answers on their way to the server: kept in this browser first, sent in order, and only then forgotten.

import { computed, signal } from '@preact/signals'
import { CallError, call, unreachable } from './api.ts'
import { ifNoOtherTab } from './one-tab.ts'
import { backOff, type Entry, nextBatch, type Operation, OutboxBox } from './outbox-box.ts'
import { confirmPerson } from './session.ts'
import { say } from './toasts.ts'

const MOST_AT_ONCE = 100
/** How often a tab looks whether another tab left something unsent. */
const LOOK_EVERY_MS = 5000

/** What lies here now, of all tabs. */
export const entries = signal<readonly Entry[]>([])
export const refused = computed(() => entries.value.filter((entry) => entry.refused !== undefined))
export const unsent = computed(() => entries.value.length - refused.value.length)
/** Whether the last attempt to send failed, so that what is here waits. */
export const offline = signal(false)

let box: OutboxBox | undefined
let lock = ''
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined
let sending = false
const arrived = new Set<() => void>()
const elsewhere = new Set<(operation: Operation) => void>()

export function openOutbox(person: string): void {
  box = new OutboxBox(localStorage, person)
  lock = `oltr-outbox/${person}`
  refresh()
  addEventListener('storage', ({ key, newValue }) => {
    refresh()
    const operation = box?.read(key, newValue)
    if (operation) for (const listener of elsewhere) listener(operation)
  })
  addEventListener('online', sendSoon)
  unreachable.subscribe((away) => {
    if (!away) sendSoon()
  })
  setInterval(() => {
    refresh()
    if (unsent.value > 0 && timer === undefined) sendSoon()
  }, LOOK_EVERY_MS)
  sendSoon()
}

function refresh(): void {
  if (box) entries.value = box.entries()
}

/** Keeps operations here and starts to send them. */
export function put(operations: readonly Operation[]): void {
  try {
    for (const operation of operations) box?.put(operation)
  } catch {
    say('This browser keeps no more answers: wait until those here are saved.', 'bad')
    throw new Error('The storage of this browser is full.')
  }
  refresh()
  sendSoon()
}

export function tryAgain(entry: Entry): void {
  box?.mark(entry)
  refresh()
  sendSoon()
}

export function discard(entry: Entry): void {
  box?.remove(entry.key)
  refresh()
}

/** Called each time something arrived at the server. */
export function onArrival(listener: () => void): void {
  arrived.add(listener)
}

/** Called for each thing that another tab has kept. */
export function onOtherTab(listener: (operation: Operation) => void): void {
  elsewhere.add(listener)
}

export function sendSoon(): void {
  clearTimeout(timer)
  timer = setTimeout(send, 0)
}

async function send(): Promise<void> {
  timer = undefined
  if (sending) return
  sending = true
  try {
    await ifNoOtherTab(lock, drain)
    failures = 0
    offline.value = false
  } catch {
    failures += 1
    offline.value = true
    timer = setTimeout(send, backOff(failures) * 1000)
  }
  sending = false
  refresh()
  if (unsent.value > 0 && timer === undefined) timer = setTimeout(send, LOOK_EVERY_MS)
}

async function drain(): Promise<void> {
  await confirmPerson()
  let most = MOST_AT_ONCE
  while (box) {
    const batch = nextBatch(box.entries(), most)
    if (batch.length === 0) return
    try {
      await deliver(batch)
      most = MOST_AT_ONCE
      for (const entry of batch) box.remove(entry.key)
      for (const listener of arrived) listener()
    } catch (error) {
      // Without a session everything waits until somebody comes in again; nothing is refused for that.
      if (!(error instanceof CallError) || error.passing || error.status === 401) throw error
      if (batch.length > 1) most = 1
      else box.mark(batch[0]!, error.problem)
    }
    refresh()
  }
}

async function deliver(batch: readonly Entry[]): Promise<void> {
  const operation = batch[0]!.operation
  if (operation.kind === 'answer') {
    const answers = batch.flatMap((entry) =>
      entry.operation.kind === 'answer' ? [entry.operation.answer] : [],
    )
    const { saved } = await call('giveAnswers', { body: { answers } })
    const missing = answers.find(({ uuid }) => !saved.includes(uuid))
    if (missing) {
      throw new CallError(409, { error: 'not-kept', message: 'The server did not keep this answer.' })
    }
  } else {
    const body = { answers: [...operation.answers] }
    await (operation.kind === 'undo' ? call('undoAnswers', { body }) : call('redoAnswers', { body }))
  }
}
