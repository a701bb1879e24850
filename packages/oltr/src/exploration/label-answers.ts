// From what several people said to one class per image: answers are checked, names that mean one class are joined, and
// what they agree on counts. Everything that was left out, corrected or merged is listed.

import type { Answer } from './annotation/annotator.ts'
import { checkAnswers } from './annotation/check-answers.ts'
import { type ConsensusMethod, reachConsensus } from './consensus/consensus.ts'
import { krippendorffAlpha } from './consensus/krippendorff-alpha.ts'
import { decideMerges } from './naming/decide-merges.ts'
import { mergeCandidates } from './naming/merge-candidates.ts'
import type { NameDecisions } from './naming/name-decisions.ts'

export interface LabellingOptions {
  readonly consensus: ConsensusMethod
  /** Whether names that evidently mean one class are joined without asking. */
  readonly merge: boolean
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

export interface Labelling {
  readonly labels: readonly ImageLabel[]
  /** Names that the model does not know yet, in alphabetical order. */
  readonly newClasses: readonly string[]
  /** Questions without a usable answer, and why. */
  readonly undecided: readonly { readonly id: string; readonly why: string }[]
  /** What was refused or corrected. */
  readonly problems: readonly string[]
  readonly merges: readonly { readonly from: string; readonly into: string; readonly why: string }[]
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
  const merges: Labelling['merges'][number][] = []
  if (options.merge) {
    const candidates = mergeCandidates({ answers: renamed(), knownClasses, synonyms: options.synonyms })
    for (const { from, into, evidence } of decideMerges(candidates)) {
      const why = evidence.map(({ text }) => text).join('; ')
      decisions.merge(from, into, { by: 'automatic', reason: why })
      merges.push({ from, into, why })
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
    agreement: krippendorffAlpha(final),
  }
}
