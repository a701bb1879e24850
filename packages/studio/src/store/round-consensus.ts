// What the people of a round agree on: their current answers, merges of classes followed, put to the consensus of the
// settings; where a reviewer has settled an image, that counts.

import { type Answer, reachConsensus } from 'oltr/exploration'
import type { StudioVerdict } from '../api/schemas.ts'
import { verdictOf } from './answers.ts'
import { missing, type Store } from './store.ts'
import type { Tables } from './tables.ts'

export type RoundRow = Tables['round']
type TaskRow = Tables['task']
type AnswerRow = Tables['answer']

export interface JudgedTask {
  readonly task: TaskRow
  /** Current answers, in the order they were given. */
  readonly answers: readonly AnswerRow[]
  /** The class agreed on, or settled; null where there is none. */
  readonly class: string | null
  /** In words: the class, "tie", "nobody named it" … */
  readonly text: string
  /** 0..1. */
  readonly certainty: number
  /** Whether those who named it differ: in the class, or on whether it is one. */
  readonly disagreed: boolean
  /** Whether as many people answered as were asked, or a reviewer has settled it. */
  readonly done: boolean
}

export interface JudgedRound {
  readonly round: RoundRow
  readonly tasks: readonly JudgedTask[]
  /** Answers as the methods of agreement take them; classes by id. */
  readonly answers: readonly Answer[]
}

/** The last judgement of each store and round, and the end of the chain that it saw. */
const kept = new WeakMap<Store, Map<number, { seq: number; judged: JudgedRound }>>()

/** Throws RefusedError for a round that does not exist. */
export async function judgeRound(store: Store, number: number): Promise<JudgedRound> {
  const { seq } = await store.db.selectFrom('head').select('seq').executeTakeFirstOrThrow()
  const ofStore = kept.get(store) ?? new Map()
  kept.set(store, ofStore)
  const last = ofStore.get(number)
  if (last?.seq === seq) return last.judged
  const judged = await judge(store, number)
  ofStore.set(number, { seq, judged })
  return judged
}

async function judge(store: Store, number: number): Promise<JudgedRound> {
  const round = await store.db.selectFrom('round').selectAll().where('number', '=', number).executeTakeFirst()
  if (!round) throw missing('round', String(number))
  const tasks = await store.db
    .selectFrom('task')
    .selectAll()
    .where('round', '=', number)
    .orderBy('position')
    .execute()
  const rows = await store.db
    .selectFrom('answer')
    .selectAll()
    .where('round', '=', number)
    .where('current', '=', 1)
    .orderBy('seq')
    .execute()
  const classes = await store.classes()
  const { overlap, consensus: method } = await store.settings()
  const answers = rows.map((row) => answerOf(row, (id) => classes.resolve(id)))
  const agreed = reachConsensus(answers, { method })
  const byTask = Map.groupBy(rows, ({ task }) => task)
  return {
    round,
    answers,
    tasks: tasks.map((task): JudgedTask => {
      const given = byTask.get(task.id) ?? []
      const said = new Set(
        given
          .filter(({ kind }) => kind !== 'skip' && kind !== 'unsure')
          .map((row) => JSON.stringify(verdictOf(row, (id) => classes.resolve(id)))),
      )
      const common = { task, answers: given, disagreed: said.size > 1 }
      const done = task.settled !== null || task.answered >= overlap
      if (task.settled !== null) {
        const verdict = JSON.parse(task.settled) as StudioVerdict
        const id = verdict.kind === 'class' ? (classes.resolve(verdict.class) ?? verdict.class) : null
        return { ...common, done, class: id, text: id ?? verdict.kind, certainty: 1 }
      }
      const found = agreed.get(task.id)
      if (!found) return { ...common, done, class: null, text: 'nobody named it', certainty: 0 }
      const { outcome, certainty } = found
      if (outcome.kind === 'class')
        return { ...common, done, class: outcome.name, text: outcome.name, certainty }
      return {
        ...common,
        done,
        class: null,
        text: outcome.kind === 'known' ? 'a known class' : outcome.why,
        certainty,
      }
    }),
  }
}

/** A kept answer as the methods of consensus take it: a class by its id, several objects as nothing that can be named. */
function answerOf(row: AnswerRow, resolve: (id: string) => string | null): Answer {
  const who = { question: row.task, annotator: row.person }
  const verdict = verdictOf(row, resolve)
  if (verdict.kind === 'class') return { ...who, kind: 'class', name: verdict.class }
  return { ...who, kind: verdict.kind === 'several-objects' ? 'not-an-object' : verdict.kind }
}
