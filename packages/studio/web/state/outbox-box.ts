// Where answers lie until the server has them: one entry of the browser's storage per operation, so that two tabs never
// write the same entry, a reload loses nothing, and the keys sort in the order the answers were given.

import type { Problem, Sent } from '../../src/api/schemas.ts'

export type PlainAnswer = Sent<'giveAnswers'>['body']['answers'][number]

/** One thing to tell the server. Taking back and giving again go the same way as answers, after what they are about. */
export type Operation =
  | { readonly kind: 'answer'; readonly answer: PlainAnswer }
  | { readonly kind: 'undo' | 'redo'; readonly answers: readonly string[] }

export interface Entry {
  readonly key: string
  readonly operation: Operation
  /** Why the server refused it; it then waits for a person's decision and holds nothing else up. */
  readonly refused?: Problem
}

/** The part of `localStorage` that is used. */
export interface Keeper {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

let counter = 0

/** One person's answers in this browser: who comes in next on the same machine does not send them as their own. */
export class OutboxBox {
  readonly #keeper: Keeper
  readonly #prefix: string

  constructor(keeper: Keeper, person: string) {
    this.#keeper = keeper
    this.#prefix = `oltr-outbox/${person}/`
  }

  /** Throws where the storage is full or forbidden. */
  put(operation: Operation, now = Date.now(), tag = Math.random().toString(36).slice(2, 8)): Entry {
    counter += 1
    const key = `${this.#prefix}${String(now).padStart(14, '0')}-${String(counter).padStart(8, '0')}-${tag}`
    const entry = { key, operation }
    this.#keeper.setItem(key, JSON.stringify({ operation }))
    return entry
  }

  /** Everything that lies here, the oldest first. */
  entries(): Entry[] {
    const keys: string[] = []
    for (let i = 0; i < this.#keeper.length; i += 1) {
      const key = this.#keeper.key(i)
      if (key?.startsWith(this.#prefix)) keys.push(key)
    }
    return keys.sort().flatMap((key) => {
      const text = this.#keeper.getItem(key)
      return text === null ? [] : [{ ...(JSON.parse(text) as Omit<Entry, 'key'>), key }]
    })
  }

  /** What another tab has just written; null where it is not this person's, or was removed. */
  read(key: string | null, text: string | null): Operation | null {
    return key?.startsWith(this.#prefix) && text !== null ? (JSON.parse(text) as Entry).operation : null
  }

  remove(key: string): void {
    this.#keeper.removeItem(key)
  }

  /** Marks an entry as refused, or, without a problem, to be sent again. */
  mark(entry: Entry, refused?: Problem): void {
    this.#keeper.setItem(entry.key, JSON.stringify({ operation: entry.operation, refused }))
  }
}

/** The next entries that can go in one request: the oldest, and those right behind it that are of its kind. */
export function nextBatch(entries: readonly Entry[], most: number): Entry[] {
  const open = entries.filter((entry) => entry.refused === undefined)
  const first = open[0]
  if (first === undefined) return []
  if (first.operation.kind !== 'answer') return [first]
  const end = open.findIndex((entry) => entry.operation.kind !== 'answer')
  return open.slice(0, Math.min(most, end === -1 ? open.length : end))
}

/** Seconds to wait after so many failures in a row: 1, 2, 4 ... and at most 30. */
export function backOff(failures: number): number {
  return Math.min(30, 2 ** Math.max(0, failures - 1))
}
