// The images that somebody has claimed, kept in their browser: with these they go on after a reload while the server is away.

import type { Task } from '../../src/api/schemas.ts'
import type { Keeper } from './outbox-box.ts'

const PREFIX = 'oltr-queue/'

export function keepQueue(keeper: Keeper, person: string, tasks: readonly Task[]): void {
  try {
    keeper.setItem(PREFIX + person, JSON.stringify(tasks))
  } catch {
    // The storage is full: what is left of it is for answers.
    keeper.removeItem(PREFIX + person)
  }
}

export function keptQueue(keeper: Keeper, person: string): Task[] {
  return JSON.parse(keeper.getItem(PREFIX + person) ?? '[]') as Task[]
}

/** For when somebody leaves: who comes next finds nothing of theirs. */
export function forgetQueues(keeper: Keeper): void {
  const keys = Array.from({ length: keeper.length }, (_, at) => keeper.key(at))
  for (const key of keys) if (key?.startsWith(PREFIX)) keeper.removeItem(key)
}
