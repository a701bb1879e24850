// Who is here: comes in by a link, keeps the session's person, and says what they may do.

import { computed, effect, signal } from '@preact/signals'
import { ROLES, type Role } from '../../src/api/paths.ts'
import type { Person, Response } from '../../src/api/schemas.ts'
import { CallError, call, messageOf, signedOut, unreachable } from './api.ts'
import { ownKeys } from './hotkeys.ts'
import { forgetQueues } from './queue-box.ts'

/** Who was here last, for when the page opens while the server is away. */
const LAST = 'oltr-person'
/** Longer than this nobody looks at an empty page. */
const FIRST_ANSWER_MS = 5000

/** undefined while nobody has asked the server yet, null without a session. */
export const person = signal<Person | null | undefined>(undefined)
/** Why there is no session, where there is something to say. */
export const signInProblem = signal<string | null>(null)
export const answersToday = signal(0)
/** False while the person is only remembered: the server has not said who this is since the page opened. */
export const confirmed = signal(false)

export const here = computed(() => (signedOut.value ? null : person.value))

export function mayDo(role: Role): boolean {
  const mine = here.value?.role
  return mine !== undefined && ROLES.indexOf(mine) >= ROLES.indexOf(role)
}

/** Uses the link's token once, takes it out of the address (and so out of the history), and asks who this is. */
export async function comeIn(): Promise<void> {
  effect(() => {
    if (signedOut.value) forget()
  })
  const token = new URLSearchParams(location.hash.replace(/^#/, '')).get('in')
  if (token !== null) {
    history.replaceState(null, '', `${location.pathname}#/label`)
    // Whoever was here before, this link is perhaps another person's.
    forget()
    try {
      await call('openSession', { body: { token } })
    } catch (error) {
      signInProblem.value = messageOf(error)
    }
  }
  try {
    // Where nobody is remembered there is nothing to do but wait.
    take(await (remembered() ? soon(call('me')) : call('me')))
  } catch (error) {
    if (!(error instanceof CallError && error.status === 401)) signInProblem.value ??= messageOf(error)
    person.value = error instanceof CallError && error.passing ? remembered() : null
  }
}

function take(me: Response<'me'>): void {
  localStorage.setItem(LAST, JSON.stringify(me.person))
  confirmed.value = true
  signedOut.value = false
  signInProblem.value = null
  person.value = me.person
  ownKeys.value = me.hotkeys
  answersToday.value = me.today
}

function remembered(): Person | null {
  return JSON.parse(localStorage.getItem(LAST) ?? 'null') as Person | null
}

function forget(): void {
  localStorage.removeItem(LAST)
  forgetQueues(localStorage)
}

async function soon<Result>(answer: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<Result>()
  const timer = setTimeout(() => {
    unreachable.value = true
    reject(new CallError(0, { error: 'slow', message: 'The server takes very long to answer.' }))
  }, FIRST_ANSWER_MS)
  try {
    return await Promise.race([answer, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Makes sure that it is still the person who is remembered, before anything is sent in their name. Throws where it is not. */
export async function confirmPerson(): Promise<void> {
  if (confirmed.value) return
  const me = await call('me')
  if (me.person.id !== person.value?.id) {
    location.reload()
    throw new Error('Somebody else has come in meanwhile.')
  }
  take(me)
}

export async function leave(): Promise<void> {
  await call('closeSession')
  forget()
  person.value = null
}
