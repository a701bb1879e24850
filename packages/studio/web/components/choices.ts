// The classes on keys 1 to 9: what the model takes images for, then what was chosen lately.

import type { Task } from '../../src/api/schemas.ts'

export interface Choice {
  readonly class: string
  readonly name: string
  /** The model's confidence; null for a class that was chosen lately. */
  readonly confidence: number | null
}

const KEYS = 9
const GUESSES = 5

/** Guesses of several images, a cluster, are averaged. */
export function choicesFor(
  tasks: readonly Pick<Task, 'guesses'>[],
  recents: readonly { class: string; name: string }[],
): Choice[] {
  const sums = new Map<string, { name: string; sum: number }>()
  for (const { guesses } of tasks) {
    for (const guess of guesses) {
      const sum = (sums.get(guess.class)?.sum ?? 0) + guess.confidence
      sums.set(guess.class, { name: guess.name, sum })
    }
  }
  const guesses = [...sums]
    .map(([id, { name, sum }]) => ({ class: id, name, confidence: sum / tasks.length }))
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, GUESSES)
  const more = recents
    .filter((recent) => !guesses.some((guess) => guess.class === recent.class))
    .map((recent) => ({ class: recent.class, name: recent.name, confidence: null }))
  return [...guesses, ...more].slice(0, KEYS)
}
