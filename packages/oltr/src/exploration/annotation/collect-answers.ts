// Asks several annotators about each image and keeps what they say in a file as it comes. Started again on that file, it asks
// only for what is missing, so that a killed collection ends with the answers of an undisturbed one.

import fs from 'node:fs'
import { byCodeUnits } from '../../datasets/image-files.ts'
import { ConfigError } from '../../errors.ts'
import type { Annotator, Answer, Question } from './annotator.ts'
import { AnswerLog, readAnswers } from './answer-file.ts'

export interface CollectOptions {
  /** JSON lines; made where it does not exist. */
  readonly file: string
  /** Different annotators asked about each image: 1 to the number of annotators. */
  readonly overlap: number
  /** Questions asked before these, where they are asked in portions: the annotators then take turns across them. */
  readonly askedBefore?: number
  /** Once it aborts, what has not come will not come. Without it, whoever stays silent is waited for. */
  readonly until?: AbortSignal
  /** Awaited after every answer. What it throws ends the collection; what was answered is in the file. */
  readonly stop?: () => Promise<void>
}

// A power cut costs at most the answers of this long; the end of the process costs none.
const syncEvery = 1000 // ms

/**
 * All answers to these questions, in the order of questions and annotators, those that the file held already included. Others in
 * the file stay there. Throws ConfigError for an overlap out of range.
 */
export async function collectAnswers(
  annotators: readonly Annotator[],
  questions: readonly Question[],
  { file, overlap, askedBefore = 0, until, stop }: CollectOptions,
): Promise<Answer[]> {
  if (!Number.isInteger(overlap) || overlap < 1 || overlap > annotators.length)
    throw new ConfigError(
      'overlap',
      overlap,
      `a whole number from 1 to ${annotators.length} (annotators) is allowed`,
    )
  const names = annotators.map(({ name }) => name)
  if (new Set(names).size < names.length)
    throw new ConfigError('annotators', names, 'different names are needed to tell their answers apart')
  const log = new AnswerLog(file)
  try {
    const answers = fs.statSync(file).size > 0 ? readAnswers(file) : []
    const answered = new Set(answers.map(pairOf))
    const open = annotators.map((annotator, index) => {
      const own = assigned(questions, index - askedBefore, annotators.length, overlap)
      const missing = own.filter(
        ({ id }) => !answered.has(pairOf({ question: id, annotator: annotator.name })),
      )
      return missing.length > 0 ? annotator.answer(missing)[Symbol.asyncIterator]() : null
    })
    let synced = performance.now()
    const sources = open.filter((one) => one !== null)
    for await (const answer of asTheyCome(sources, until)) {
      log.append([answer])
      answers.push(answer)
      if (performance.now() - synced > syncEvery) {
        log.sync()
        synced = performance.now()
      }
      await stop?.()
    }
    return inOrder(answers, questions, names)
  } finally {
    log.close()
  }
}

/** Question i goes to annotators i, i + 1, … in a circle: the same for everybody, and the same every time. */
function assigned(questions: readonly Question[], index: number, count: number, overlap: number): Question[] {
  return questions.filter((_, i) => (((index - i) % count) + count) % count < overlap)
}

/** What any of the sources yields, as soon as it does: one that is silent holds up no other, and all of them until the signal. */
async function* asTheyCome<T>(
  sources: readonly AsyncIterator<T>[],
  until: AbortSignal | undefined,
): AsyncGenerator<T> {
  const ended = Promise.withResolvers<null>()
  const end = (): void => ended.resolve(null)
  until?.addEventListener('abort', end)
  const waiting = new Map<number, Promise<{ at: number; next: IteratorResult<T> }>>()
  const ask = (at: number): void => {
    const next = sources[at].next().then((next) => ({ at, next }))
    next.catch(() => {}) // the race below hears of it
    waiting.set(at, next)
  }
  for (const at of sources.keys()) ask(at)
  try {
    while (waiting.size > 0 && !until?.aborted) {
      const came = await Promise.race([...waiting.values(), ended.promise])
      if (came === null) return
      const { at, next } = came
      waiting.delete(at)
      if (next.done) continue
      // Asked before the answer is handled, and at the end of the line: the sources take turns.
      ask(at)
      yield next.value
    }
  } finally {
    until?.removeEventListener('abort', end)
    // Not awaited: a source that waits for somebody would hold up the end as well.
    for (const at of waiting.keys()) sources[at].return?.().catch(() => {})
  }
}

function pairOf({ question, annotator }: { question: string; annotator: string }): string {
  return JSON.stringify([question, annotator])
}

/** Those to the questions, sorted by question, then annotator; others' come after theirs. One's own repeated answers keep order. */
function inOrder(
  answers: readonly Answer[],
  questions: readonly Question[],
  names: readonly string[],
): Answer[] {
  const question = new Map(questions.map(({ id }, i) => [id, i]))
  const annotator = new Map(names.map((name, i) => [name, i]))
  const place = (name: string): number => annotator.get(name) ?? annotator.size
  return answers
    .filter((answer) => question.has(answer.question))
    .sort(
      (a, b) =>
        question.get(a.question)! - question.get(b.question)! ||
        place(a.annotator) - place(b.annotator) ||
        byCodeUnits(a.annotator, b.annotator),
    )
}
