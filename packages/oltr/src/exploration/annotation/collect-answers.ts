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
  /** Awaited after every answer. What it throws ends the collection; what was answered is in the file. */
  readonly stop?: () => Promise<void>
}

// A power cut costs at most the answers of this long; the end of the process costs none.
const syncEvery = 1000 // ms

/** All answers to the questions, in the order of questions and annotators. Throws ConfigError for an overlap out of range. */
export async function collectAnswers(
  annotators: readonly Annotator[],
  questions: readonly Question[],
  { file, overlap, stop }: CollectOptions,
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
      const own = assigned(questions, index, annotators.length, overlap)
      const missing = own.filter(
        ({ id }) => !answered.has(pairOf({ question: id, annotator: annotator.name })),
      )
      return missing.length > 0 ? annotator.answer(missing)[Symbol.asyncIterator]() : null
    })
    let synced = performance.now()
    for await (const answer of asTheyCome(open.filter((one) => one !== null))) {
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
  return questions.filter((_, i) => (index - (i % count) + count) % count < overlap)
}

/** What any of the sources yields, as soon as it does: one that is silent holds up no other. */
async function* asTheyCome<T>(sources: readonly AsyncIterator<T>[]): AsyncGenerator<T> {
  const waiting = new Map<number, Promise<{ at: number; next: IteratorResult<T> }>>()
  const ask = (at: number): void => {
    const next = sources[at].next().then((next) => ({ at, next }))
    next.catch(() => {}) // the race below hears of it
    waiting.set(at, next)
  }
  for (const at of sources.keys()) ask(at)
  try {
    while (waiting.size > 0) {
      const { at, next } = await Promise.race(waiting.values())
      waiting.delete(at)
      if (next.done) continue
      // Asked before the answer is handled, and at the end of the line: the sources take turns.
      ask(at)
      yield next.value
    }
  } finally {
    // Not awaited: a source that waits for somebody would hold up the end as well.
    for (const at of waiting.keys()) sources[at].return?.().catch(() => {})
  }
}

function pairOf({ question, annotator }: { question: string; annotator: string }): string {
  return JSON.stringify([question, annotator])
}

/** Sorted by question, then annotator; those to other questions and by others come last. One's own repeated answers keep order. */
function inOrder(
  answers: readonly Answer[],
  questions: readonly Question[],
  names: readonly string[],
): Answer[] {
  const question = new Map(questions.map(({ id }, i) => [id, i]))
  const annotator = new Map(names.map((name, i) => [name, i]))
  const place = (order: ReadonlyMap<string, number>, key: string): number => order.get(key) ?? order.size
  return [...answers].sort(
    (a, b) =>
      place(question, a.question) - place(question, b.question) ||
      byCodeUnits(a.question, b.question) ||
      place(annotator, a.annotator) - place(annotator, b.annotator) ||
      byCodeUnits(a.annotator, b.annotator),
  )
}
