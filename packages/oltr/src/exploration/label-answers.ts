// From what several people said to one class per image: answers are checked, names that mean one class are joined, and
// what they agree on counts. Everything that was left out, corrected or merged is listed.

import type { Answer } from './annotation/annotator.ts'
import { checkAnswers } from './annotation/check-answers.ts'
import { type ConsensusMethod, reachConsensus } from './consensus/consensus.ts'
import { krippendorffAlpha } from './consensus/krippendorff-alpha.ts'
import { decideMerges } from './naming/decide-merges.ts'
import { type MergeCandidate, mergeCandidates } from './naming/merge-candidates.ts'
import type { NameDecisions } from './naming/name-decisions.ts'
import { nameEmbeddings } from './naming/name-embeddings.ts'

/** More than a person will look through. */
const MOST_SUGGESTIONS = 20
/** Weaker evidence would be a nuisance. */
const WORTH_SUGGESTING = 0.2

export interface LabellingOptions {
  readonly consensus: ConsensusMethod
  /** Whether names that evidently mean one class are joined without asking. */
  readonly merge: boolean
  /** The feature of a question's image, where it is at hand: names whose images lie together may be one class. */
  readonly featureOf?: (question: string) => Float32Array | undefined
  /** Groups of names that mean one class. */
  readonly synonyms?: readonly (readonly string[])[]
}

export interface ImageLabel {
  /** `Question.id`. */
  readonly id: string
  readonly className: string
  /** 0..1. */
  readonly certainty: number
}

export interface NamePair {
  readonly from: string
  readonly into: string
  readonly why: string
}

export interface Labelling {
  readonly labels: readonly ImageLabel[]
  /** Names that the model does not know yet, in alphabetical order. */
  readonly newClasses: readonly string[]
  /** Questions without a usable answer, and why. */
  readonly undecided: readonly { readonly id: string; readonly why: string }[]
  /** What was refused or corrected. */
  readonly problems: readonly string[]
  /** Names that were joined by their evidence. */
  readonly merges: readonly NamePair[]
  /** Names that may be one class too, the likeliest first: for somebody to decide. */
  readonly suggestions: readonly NamePair[]
  /** Krippendorff's alpha over the checked, merged answers; null with one annotator. */
  readonly agreement: number | null
}

/** `decisions` hears of the automatic merges, and is obeyed in those it holds already. */
export function labelAnswers(
  answers: readonly Answer[],
  asked: ReadonlySet<string>,
  knownClasses: readonly string[],
  decisions: NameDecisions,
  options: LabellingOptions,
): Labelling {
  const { accepted, problems } = checkAnswers(answers, { asked, knownClasses })
  const renamed = () =>
    accepted.map((answer) =>
      answer.kind === 'class' ? { ...answer, name: decisions.resolve(answer.name) } : answer,
    )
  const merges: NamePair[] = []
  if (options.merge) {
    const candidates = mergeCandidates({ answers: renamed(), knownClasses, synonyms: options.synonyms })
    for (const candidate of decideMerges(candidates)) {
      const { from, into } = candidate
      if (decisions.wasUndone(from, into)) continue
      decisions.merge(from, into, { by: 'automatic', reason: whyOf(candidate) })
      merges.push({ from, into, why: whyOf(candidate) })
    }
  }
  const final = renamed()
  const known = new Set(knownClasses)
  const labels: ImageLabel[] = []
  const undecided: { id: string; why: string }[] = []
  for (const [id, { outcome, certainty }] of reachConsensus(final, { method: options.consensus })) {
    if (outcome.kind === 'class') labels.push({ id, className: outcome.name, certainty })
    else
      undecided.push({ id, why: outcome.kind === 'known' ? 'a known class, nobody said which' : outcome.why })
  }
  const answered = new Set(final.map(({ question }) => question))
  for (const id of asked) if (!answered.has(id)) undecided.push({ id, why: 'no usable answer' })
  return {
    labels,
    newClasses: [...new Set(labels.map(({ className }) => className))]
      .filter((name) => !known.has(name))
      .sort(),
    undecided,
    problems: problems.map(({ answer, problem }) => `${answer.annotator} on ${answer.question}: ${problem}`),
    merges,
    suggestions: suggested(final, knownClasses, options),
    agreement: krippendorffAlpha(final),
  }
}

function suggested(
  answers: readonly Answer[],
  knownClasses: readonly string[],
  { featureOf, synonyms }: LabellingOptions,
): NamePair[] {
  const embeddings = featureOf && nameEmbeddings(answers, featureOf)
  return mergeCandidates({ answers, knownClasses, synonyms, embeddings })
    .filter(({ strength }) => strength >= WORTH_SUGGESTING)
    .slice(0, MOST_SUGGESTIONS)
    .map((candidate) => ({ from: candidate.from, into: candidate.into, why: whyOf(candidate) }))
}

function whyOf({ evidence }: MergeCandidate): string {
  return evidence.map(({ text }) => text).join('; ')
}
