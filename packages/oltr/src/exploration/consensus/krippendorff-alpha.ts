// How far several annotators agree beyond chance: Krippendorff's alpha for nominal data, with missing answers ("Computing
// Krippendorff's Alpha-Reliability", 2011). 1 is perfect, 0 is chance, below 0 they contradict each other by system.

import type { Answer } from '../annotation/annotator.ts'
import { countVotes, votesByQuestion } from './votes.ts'

/** Skips and unsure are missing answers. Null where no image has two votes. */
export function krippendorffAlpha(answers: readonly Answer[]): number | null {
  const totals = new Map<string, number>()
  let [pairable, disagreeing] = [0, 0]
  for (const votes of votesByQuestion(answers).values()) {
    const m = votes.length
    if (m < 2) continue
    pairable += m
    for (const [category, n] of countVotes(votes)) {
      totals.set(category, (totals.get(category) ?? 0) + n)
      // Ordered pairs with another category, each unit weighing as much as it has votes.
      disagreeing += (n * (m - n)) / (m - 1)
    }
  }
  if (pairable === 0) return null
  let expected = 0
  for (const n of totals.values()) expected += (n * (pairable - n)) / (pairable - 1)
  // One category everywhere: nobody ever disagreed.
  return expected === 0 ? 1 : 1 - disagreeing / expected
}
