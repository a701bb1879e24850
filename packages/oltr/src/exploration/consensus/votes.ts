// Answers as votes: who put which image into which category. Class names are categories, and so are "a known class" and "not
// an object"; who skips or is unsure does not vote.

import { byCodeUnits } from '../../datasets/image-files.ts'
import type { Answer } from '../annotation/annotator.ts'

/** Categories that are no class; in parentheses, which class names do not have around them. */
export const KNOWN = '(known)'
export const NOT_AN_OBJECT = '(not-an-object)'

export interface Vote {
  readonly question: string
  readonly annotator: string
  readonly category: string
}

/** The category an answer votes for; null: none. */
export function categoryOf(answer: Answer): string | null {
  if (answer.kind === 'class') return answer.name
  if (answer.kind === 'known') return KNOWN
  return answer.kind === 'not-an-object' ? NOT_AN_OBJECT : null
}

/**
 * Votes by question. Of several answers of one annotator to one question the last counts. Sorted, so that no sum depends on the
 * order in which answers came; a question without votes is there with none.
 */
export function votesByQuestion(answers: readonly Answer[]): Map<string, Vote[]> {
  const questions = new Map<string, Map<string, Answer>>()
  for (const answer of answers) {
    const said = questions.get(answer.question) ?? new Map<string, Answer>()
    questions.set(answer.question, said.set(answer.annotator, answer))
  }
  const sorted = [...questions].sort(([a], [b]) => byCodeUnits(a, b))
  return new Map(
    sorted.map(([question, said]) => [
      question,
      [...said.values()]
        .sort((a, b) => byCodeUnits(a.annotator, b.annotator))
        .flatMap((answer) => {
          const category = categoryOf(answer)
          return category === null ? [] : [{ question, annotator: answer.annotator, category }]
        }),
    ]),
  )
}

/** Votes for each category, in alphabetical order of the categories. */
export function countVotes(votes: readonly Vote[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { category } of votes) counts.set(category, (counts.get(category) ?? 0) + 1)
  return new Map([...counts].sort(([a], [b]) => byCodeUnits(a, b)))
}
