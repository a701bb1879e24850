// What the annotators of an image agree on: a class by name, "a known class", or nothing, and how certain that is.

import type { Answer } from '../annotation/annotator.ts'
import { dawidSkene } from './dawid-skene.ts'
import { majorityVote } from './majority-vote.ts'
import { countVotes, KNOWN, NOT_AN_OBJECT, votesByQuestion } from './votes.ts'

export type ConsensusMethod = 'majority' | 'dawid-skene'

export interface ConsensusOptions {
  readonly method: ConsensusMethod
  /** The certainty that an outcome needs: 0..1. */
  readonly minimumShare?: number
}

export type Outcome =
  | { readonly kind: 'class'; readonly name: string }
  | { readonly kind: 'known' }
  | { readonly kind: 'none'; readonly why: string }

export interface Consensus {
  readonly outcome: Outcome
  /** Of the leading category, its share of the votes or its probability; 0 where nobody voted. */
  readonly certainty: number
  /** Votes by class name, `(known)` and `(not-an-object)`. */
  readonly votes: Record<string, number>
}

/**
 * The consensus on every question that has an answer, in the order of question ids. Skips and unsure do not vote; "known" votes
 * against every class by name, and where it leads the outcome is `known`. Does not depend on the order of answers, unless one
 * annotator answered a question twice: then the last counts.
 */
export function reachConsensus(
  answers: readonly Answer[],
  { method, minimumShare = 0 }: ConsensusOptions,
): Map<string, Consensus> {
  const votes = votesByQuestion(answers)
  const posteriors = method === 'dawid-skene' ? dawidSkene(votes).posteriors : null
  return new Map(
    [...votes].map(([question, said]) => {
      const counts = countVotes(said)
      const leader = majorityVote(posteriors?.get(question) ?? counts)
      const certainty = leader?.share ?? 0
      return [
        question,
        { outcome: outcomeOf(leader, minimumShare), certainty, votes: Object.fromEntries(counts) },
      ]
    }),
  )
}

function outcomeOf(leader: ReturnType<typeof majorityVote>, minimumShare: number): Outcome {
  if (!leader) return { kind: 'none', why: 'nobody named it' }
  if (leader.tied) return { kind: 'none', why: 'tie' }
  if (leader.share < minimumShare)
    return { kind: 'none', why: `certainty ${leader.share.toFixed(2)} is below ${minimumShare}` }
  if (leader.category === NOT_AN_OBJECT) return { kind: 'none', why: 'not an object' }
  return leader.category === KNOWN ? { kind: 'known' } : { kind: 'class', name: leader.category }
}
