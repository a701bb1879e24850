// Images to name, and what people say about them.

import { answersOf, giveAnswers, nameOf, setUndone } from '../../store/answers.ts'
import { claimTasks, releaseTasks, roundFor } from '../../store/claims.ts'
import { missing } from '../../store/store.ts'
import type { Handlers } from '../context.ts'
import { guessesOf } from '../task-views.ts'

const EXAMPLES = 4

export const labelling: Handlers<
  'claimTasks' | 'releaseTasks' | 'whyTask' | 'giveAnswers' | 'undoAnswers' | 'redoAnswers' | 'myAnswers'
> = {
  async claimTasks({ store }, { body: { round: wanted, count } }, { person }) {
    const round = wanted ?? (await roundFor(store, person.id))
    if (round === null) return { tasks: [], left: 0, now: store.now() }
    const { tasks, left } = await claimTasks(store, person.id, round, count)
    const classes = await store.classes()
    return {
      left,
      now: store.now(),
      tasks: tasks.map((task) => ({
        id: task.id,
        image: task.image,
        round: task.round,
        cluster: task.cluster,
        guesses: guessesOf(task, classes),
        openness: task.openness,
        informativeness: task.informativeness,
        energy: task.energy,
        comment: task.comment,
        until: task.until,
      })),
    }
  },

  async releaseTasks({ store }, { body }, { person }) {
    await releaseTasks(store, person.id, body.tasks)
    return { ok: true }
  },

  async whyTask({ store, lookup }, { params }, { person }) {
    const task = await store.db
      .selectFrom('task')
      .selectAll()
      .where('id', '=', params.task)
      .executeTakeFirst()
    if (!task) throw missing('task', params.task)
    const { db } = store
    const rank = async (score: 'openness' | 'informativeness' | 'energy'): Promise<number> => {
      const { lower, all } = await db
        .selectFrom('task')
        .select((e) => [
          e.fn.countAll<number>().as('all'),
          e.fn.sum<number>(e.case().when(score, '<', task[score]).then(1).else(0).end()).as('lower'),
        ])
        .where('round', '=', task.round)
        .executeTakeFirstOrThrow()
      return Number(lower) / Math.max(1, Number(all) - 1)
    }
    const ranks = {
      openness: Math.min(1, await rank('openness')),
      informativeness: Math.min(1, await rank('informativeness')),
      energy: Math.min(1, await rank('energy')),
    }
    const classes = await store.classes()
    const near = JSON.parse(task.nearest) as { class: string; distance: number }[]
    const summaries = new Map(
      (
        await lookup.summaries(
          near.map((one) => one.class),
          person,
        )
      ).map((one) => [one.id, one]),
    )
    const nearest = near.map(({ class: id, distance }) => {
      const live = classes.resolve(id) ?? id
      return {
        class: live,
        name: nameOf(classes, live),
        distance,
        examples: (summaries.get(live)?.examples ?? []).slice(0, EXAMPLES),
      }
    })
    const percent = (share: number): string => `${Math.round(100 * share)}%`
    const [first, second] = nearest
    return {
      openness: task.openness,
      informativeness: task.informativeness,
      energy: task.energy,
      ranks,
      nearest,
      text:
        `Farther from every class that the model knows than ${percent(ranks.openness)} of this round's images` +
        (first && second ? `; between ${first.name} and ${second.name}, ` : '; ') +
        `it is less decided than on ${percent(ranks.informativeness)} of them.`,
    }
  },

  async giveAnswers({ store }, { body }, { person }) {
    return { saved: await giveAnswers(store, person.id, body.answers) }
  },

  async undoAnswers({ store }, { body }, { person }) {
    await setUndone(store, person, body.answers, true)
    return { ok: true }
  },

  async redoAnswers({ store }, { body }, { person }) {
    await setUndone(store, person, body.answers, false)
    return { ok: true }
  },

  async myAnswers({ store }, { query }, { person }) {
    return answersOf(store, person.id, query.limit, query.before)
  },
}
