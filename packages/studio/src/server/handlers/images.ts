// Images that are like an image, and the embedding in the plane. The image itself is bytes: raw-routes.ts.

import fs from 'node:fs'
import { join } from 'node:path'
import { nameOf } from '../../store/answers.ts'
import { judgeRound } from '../../store/round-consensus.ts'
import { missing } from '../../store/store.ts'
import { askFor } from '../ask-for.ts'
import type { Handlers } from '../context.ts'
import { nearestImages } from '../neighbours.ts'
import { newestRound } from '../newest-round.ts'

export const images: Handlers<'similarImages' | 'map'> = {
  async similarImages({ run, store, images }, { params, query }, { person }) {
    if (images.fileOf(params.image) === null) throw missing('image', params.image)
    const like = nearestImages(run, images.roundOf(params.image), params.image, query.limit)
    if (like.length === 0) return []
    const tasks = await store.db
      .selectFrom('task')
      .select(['id', 'image', 'round'])
      .where(
        'image',
        'in',
        like.map(({ image }) => image),
      )
      .execute()
    const classes = await store.classes()
    // What others said stays hidden from those who have yet to say it.
    const judged = new Map<string, string | null>()
    if (person.role !== 'annotator')
      for (const round of new Set(tasks.map((task) => task.round)))
        for (const { task, class: agreed } of (await judgeRound(store, round)).tasks)
          judged.set(task.id, agreed)
    return like.map(({ image, distance }) => {
      const task = tasks.find((each) => each.image === image)?.id ?? null
      const agreed = task === null ? null : (judged.get(task) ?? null)
      return { image, distance, className: agreed === null ? null : nameOf(classes, agreed), task }
    })
  },

  async map({ run, store }, { query }, { person }) {
    const round = await newestRound(store, query.round)
    if (round === null) return { round: 0, map: null }
    const file = join(run.roundFolder(round), 'studio', 'map.json')
    if (!fs.existsSync(file)) {
      await askFor(store, { kind: 'map', input: { round }, by: person.id })
      return { round, map: null }
    }
    const map = JSON.parse(await fs.promises.readFile(file, 'utf8')) as {
      images: string[]
      x: number[]
      y: number[]
      openness: number[]
      informativeness: number[]
      nearest: string[]
    }
    const classes = await store.classes()
    const agreed = new Map(
      (await judgeRound(store, round)).tasks.map((each) => [each.task.image, each.class]),
    )
    const name = (image: string, at: number): string => {
      const id = agreed.get(image)
      return id ? nameOf(classes, id) : map.nearest[at]!
    }
    return {
      round,
      map: {
        images: map.images,
        x: map.x,
        y: map.y,
        openness: map.openness,
        informativeness: map.informativeness,
        classNames: map.images.map(name),
        named: map.images.map((image) => Boolean(agreed.get(image))),
        asked: map.images.map((image) => agreed.has(image)),
      },
    }
  },
}
