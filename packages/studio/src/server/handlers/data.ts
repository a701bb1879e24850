// The data: the long tail, and where model and people differ.

import { nameOf } from '../../store/answers.ts'
import { judgeRound } from '../../store/round-consensus.ts'
import type { Handlers } from '../context.ts'
import { guessesOf } from '../task-views.ts'

export const data: Handlers<'longTail' | 'mistakes'> = {
  async longTail({ run, store, lookup }) {
    const classes = await store.classes()
    const known = await lookup.known()
    const { counts, groups } = run.trainedCounts
    const place = new Map(run.trainedClasses.map((name, at) => [name, at]))
    const named = new Map<string, number>()
    for (const { number } of await store.db.selectFrom('round').select('number').execute())
      for (const { class: id } of (await judgeRound(store, number)).tasks)
        if (id !== null) named.set(id, (named.get(id) ?? 0) + 1)
    const rows = [...classes.live()].map(({ id, name }) => {
      const at = place.get(run.trainedName(id) ?? '')
      return {
        class: id,
        name,
        known: known.has(id),
        group: at === undefined ? ('new' as const) : groups[at]!,
        training: at === undefined ? 0 : counts[at]!,
        named: named.get(id) ?? 0,
      }
    })
    return rows.sort((a, b) => b.training - a.training || b.named - a.named)
  },

  async mistakes({ store }, { query }) {
    const classes = await store.classes()
    const wrong: { image: string; model: string; confidence: number; people: string }[] = []
    for (const { number } of await store.db
      .selectFrom('round')
      .select('number')
      .orderBy('number', 'desc')
      .execute())
      for (const { task, class: id } of (await judgeRound(store, number)).tasks) {
        const [best] = guessesOf(task, classes)
        if (id === null || !best || best.class === id) continue
        wrong.push({
          image: task.image,
          model: best.name,
          confidence: best.confidence,
          people: nameOf(classes, id),
        })
      }
    wrong.sort((a, b) => b.confidence - a.confidence)
    return { total: wrong.length, images: wrong.slice(query.offset, query.offset + query.limit) }
  },
}
