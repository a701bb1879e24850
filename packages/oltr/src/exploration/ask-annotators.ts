// The questions of a stage put to its annotators: all at once, or, with a stopping rule, in small portions until nothing
// new turns up.

import type { StopRequest } from '../training/interruption.ts'
import { heed } from '../training/interruption.ts'
import type { Annotator, Answer, Question } from './annotation/annotator.ts'
import { collectAnswers } from './annotation/collect-answers.ts'
import { spellingKey } from './naming/spelling.ts'

export interface AskOptions {
  readonly annotators: readonly Annotator[]
  /** People asked about each image. */
  readonly overlap: number
  /** Ask no further when so many questions in a row brought no new class; null asks all. */
  readonly stopAfter: number | null
  readonly stop: StopRequest
}

/** Answers, kept in `file` as they come; a killed round asks only what is missing. */
export async function askAnnotators(
  file: string,
  questions: readonly Question[],
  knownClasses: readonly string[],
  { annotators, overlap, stopAfter, stop }: AskOptions,
): Promise<Answer[]> {
  const collect = (some: readonly Question[], askedBefore = 0): Promise<Answer[]> =>
    collectAnswers(annotators, some, { file, overlap, askedBefore, stop: () => heed(stop) })
  if (stopAfter === null) return collect(questions)
  const seen = new Set(knownClasses.map(spellingKey))
  const answers: Answer[] = []
  const portion = Math.max(1, Math.floor(stopAfter / 4))
  let quiet = 0
  for (let first = 0; first < questions.length && quiet < stopAfter; first += portion) {
    const asked = questions.slice(first, first + portion)
    const came = await collect(asked, first)
    answers.push(...came)
    for (const { id } of asked) {
      const names = came.flatMap((each) =>
        each.question === id && each.kind === 'class' ? [spellingKey(each.name)] : [],
      )
      quiet = names.some((name) => !seen.has(name)) ? 0 : quiet + 1
      for (const name of names) seen.add(name)
    }
  }
  return answers
}
