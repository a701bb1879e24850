// What people disagree on, how far they agree, and what a reviewer settles.

import { type Answer, krippendorffAlpha } from 'oltr/exploration'
import type { ClassRegistry } from '../../classes/class-registry.ts'
import { nameOf, verdictOf } from '../../store/answers.ts'
import { RefusedError } from '../../store/errors.ts'
import { event } from '../../store/events.ts'
import { type JudgedRound, type JudgedTask, judgeRound } from '../../store/round-consensus.ts'
import { missing, type Store } from '../../store/store.ts'
import type { Handlers } from '../context.ts'
import { newestRound } from '../newest-round.ts'
import { guessesOf, verdictText } from '../task-views.ts'

/** Confusions worth a look. */
const CONFUSIONS = 50
/** A pause longer than this is no work. */
const PAUSE = 5 * 60_000
const HOUR = 3_600_000

export const review: Handlers<'disagreements' | 'decide' | 'agreement' | 'setControl'> = {
  async disagreements({ store }, { query }) {
    const round = await newestRound(store, query.round)
    if (round === null) return { total: 0, items: [] }
    const { tasks } = await judgeRound(store, round)
    const classes = await store.classes()
    const names = await peopleNames(store)
    const wanted = tasks.filter((each) => shows(each, query.show))
    return {
      total: wanted.length,
      items: wanted.slice(query.offset, query.offset + query.limit).map((judged) => ({
        task: judged.task.id,
        image: judged.task.image,
        guesses: guessesOf(judged.task, classes),
        answers: judged.answers.map((row) => ({
          uuid: row.uuid,
          person: names.get(row.person) ?? row.person,
          verdict: verdictOf(row, (id) => classes.resolve(id)),
          className: row.class === null ? null : nameOf(classes, row.class),
          note: row.note,
          at: row.at,
        })),
        consensus: {
          className: judged.class === null ? null : nameOf(classes, judged.class),
          text: judged.class === null ? judged.text : nameOf(classes, judged.class),
          certainty: judged.certainty,
        },
        settled:
          judged.task.settled === null
            ? null
            : {
                text: verdictText(JSON.parse(judged.task.settled), classes),
                by: names.get(judged.task.settled_by!) ?? judged.task.settled_by!,
              },
        control: judged.task.control !== null,
      })),
    }
  },

  async decide({ store }, { body }, { person }) {
    await store.add(async (trx) => {
      const task = await trx.selectFrom('task').select('id').where('id', '=', body.task).executeTakeFirst()
      if (!task) throw missing('task', body.task)
      const { uuid, task: id } = body
      if (body.decision === 'send-back')
        return [event('review.sent-back', { task: id, comment: body.comment.trim() }, person.id, uuid)]
      if (body.decision === 'reopen') return [event('review.reopened', { task: id }, person.id, uuid)]
      const classes = await store.classes(trx)
      if (body.verdict.kind === 'class' && classes.resolve(body.verdict.class) === null)
        throw missing('class', body.verdict.class)
      if (body.verdict.kind === 'skip')
        throw new RefusedError('invalid', 'a reviewer cannot skip: send the image back, or leave it')
      return [event('review.settled', { task: id, verdict: body.verdict }, person.id, uuid)]
    })
    return { ok: true }
  },

  async agreement({ store }, { query }) {
    const round = await newestRound(store, query.round)
    if (round === null) return { alpha: null, people: [], classes: [], confusions: [] }
    const judged = await judgeRound(store, round)
    const classes = await store.classes()
    const names = await peopleNames(store)
    return {
      alpha: krippendorffAlpha(judged.answers as Answer[]),
      people: perPerson(judged, classes).map(({ person, ...rest }) => ({
        person: names.get(person) ?? person,
        ...rest,
      })),
      ...perClass(judged, classes),
    }
  },

  async setControl({ store }, { body }, { person }) {
    await store.add(async (trx) => {
      const task = await trx.selectFrom('task').select('id').where('id', '=', body.task).executeTakeFirst()
      if (!task) throw missing('task', body.task)
      if (body.class !== null && (await store.classes(trx)).resolve(body.class) === null)
        throw missing('class', body.class)
      return [event('review.control', { task: body.task, class: body.class }, person.id, body.uuid)]
    })
    return { ok: true }
  },
}

function shows(judged: JudgedTask, show: 'disagreed' | 'unsure' | 'settled' | 'all'): boolean {
  if (judged.answers.length === 0 && judged.task.settled === null) return false
  if (show === 'settled') return judged.task.settled !== null
  if (show === 'all') return true
  if (judged.task.settled !== null) return false
  const unsure = judged.class === null && !judged.disagreed
  return show === 'disagreed' ? judged.disagreed : unsure
}

async function peopleNames(store: Store): Promise<Map<string, string>> {
  const rows = await store.db.selectFrom('person').select(['id', 'name']).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

function perPerson({ tasks }: JudgedRound, classes: ClassRegistry) {
  const people = new Map<
    string,
    { times: number[]; agrees: number; judged: number; right: number; of: number }
  >()
  for (const { task, answers, class: agreed } of tasks)
    for (const row of answers) {
      const tally = people.get(row.person) ?? { times: [], agrees: 0, judged: 0, right: 0, of: 0 }
      people.set(row.person, tally)
      tally.times.push(row.at)
      const said = row.class === null ? null : classes.resolve(row.class)
      if (agreed !== null && said !== null) {
        tally.judged++
        if (said === agreed) tally.agrees++
      }
      if (task.control !== null) {
        tally.of++
        if (said === classes.resolve(task.control)) tally.right++
      }
    }
  return [...people].map(([person, { times, agrees, judged, right, of }]) => ({
    person,
    answers: times.length,
    agrees: judged === 0 ? null : agrees / judged,
    controls: { right, of },
    perHour: speed(times),
  }))
}

/** Answers an hour while at work: pauses are left out. */
function speed(times: number[]): number | null {
  const ordered = [...times].sort((a, b) => a - b)
  let worked = 0
  let answers = 0
  for (let i = 1; i < ordered.length; i++) {
    const gap = ordered[i]! - ordered[i - 1]!
    if (gap > PAUSE) continue
    worked += gap
    answers++
  }
  return worked < 1000 ? null : (answers * HOUR) / worked
}

function perClass({ tasks }: JudgedRound, classes: ClassRegistry) {
  const perClass = new Map<string, { images: number; agrees: number; answers: number }>()
  const confusions = new Map<string, number>()
  for (const { answers, class: agreed } of tasks) {
    if (agreed === null) continue
    const tally = perClass.get(agreed) ?? { images: 0, agrees: 0, answers: 0 }
    perClass.set(agreed, tally)
    tally.images++
    for (const row of answers) {
      if (row.class === null) continue
      const said = classes.resolve(row.class)!
      tally.answers++
      if (said === agreed) tally.agrees++
      else confusions.set(`${agreed} ${said}`, (confusions.get(`${agreed} ${said}`) ?? 0) + 1)
    }
  }
  return {
    classes: [...perClass]
      .map(([id, { images, agrees, answers }]) => ({
        class: id,
        name: nameOf(classes, id),
        images,
        agrees: answers === 0 ? null : agrees / answers,
      }))
      .sort((a, b) => b.images - a.images),
    confusions: [...confusions]
      .sort(([, a], [, b]) => b - a)
      .slice(0, CONFUSIONS)
      .map(([pair, answers]) => {
        const [agreed, said] = pair.split(' ') as [string, string]
        return { agreed: nameOf(classes, agreed), said: nameOf(classes, said), answers }
      }),
  }
}
