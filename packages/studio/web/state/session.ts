// Who is here: comes in by a link, keeps the session's person, and says what they may do.

import { computed, signal } from '@preact/signals'
import { ROLES, type Role } from '../../src/api/paths.ts'
import type { Person } from '../../src/api/schemas.ts'
import { CallError, call, messageOf, signedOut } from './api.ts'
import { ownKeys } from './hotkeys.ts'

/** undefined while nobody has asked the server yet, null without a session. */
export const person = signal<Person | null | undefined>(undefined)
/** Why there is no session, where there is something to say. */
export const signInProblem = signal<string | null>(null)
export const answersToday = signal(0)

export const here = computed(() => (signedOut.value ? null : person.value))

export function mayDo(role: Role): boolean {
  const mine = here.value?.role
  return mine !== undefined && ROLES.indexOf(mine) >= ROLES.indexOf(role)
}

/** Uses the link's token once, takes it out of the address (and so out of the history), and asks who this is. */
export async function comeIn(): Promise<void> {
  const token = new URLSearchParams(location.hash.replace(/^#/, '')).get('in')
  if (token !== null) {
    history.replaceState(null, '', `${location.pathname}#/label`)
    try {
      await call('openSession', { body: { token } })
    } catch (error) {
      signInProblem.value = messageOf(error)
    }
  }
  await askWhoIAm()
}

export async function askWhoIAm(): Promise<void> {
  try {
    const me = await call('me')
    signedOut.value = false
    person.value = me.person
    ownKeys.value = me.hotkeys
    answersToday.value = me.today
  } catch (error) {
    if (!(error instanceof CallError && error.status === 401)) signInProblem.value ??= messageOf(error)
    person.value = null
  }
}

export async function leave(): Promise<void> {
  await call('closeSession')
  person.value = null
}
