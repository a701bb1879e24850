// The model: its versions, what answers have bought, what it recognises now, and the long work on it.

import fs from 'node:fs'
import { join } from 'node:path'
import { type GrowthMetrics, useVersion } from 'oltr/exploration'
import type { z } from 'zod'
import type { schemas } from '../../api/schemas.ts'
import { nameOf } from '../../store/answers.ts'
import { RefusedError } from '../../store/errors.ts'
import { addJob, cancelJob, listJobs } from '../../store/jobs.ts'
import { judgeRound } from '../../store/round-consensus.ts'
import { missing } from '../../store/store.ts'
import { askFor } from '../ask-for.ts'
import type { Handlers } from '../context.ts'
import { newestRound } from '../newest-round.ts'

type Metrics = NonNullable<z.output<(typeof schemas)['versions']['response']>['versions'][number]['before']>

/** recognised.json of a round: what one version takes its pool for. */
export interface RecognisedPool {
  readonly version: number
  readonly images: readonly { image: string; now: string | null; confidence: number; before: string }[]
}

export const model: Handlers<'versions' | 'useVersion' | 'recognise' | 'jobs' | 'startJob' | 'cancelJob'> = {
  async versions({ run, store }) {
    const inUse = run.inUse.version
    const versions = run.versions.map(({ version, lineage }) => ({
      version,
      inUse: version === inUse,
      parent: lineage?.parent.version ?? null,
      created: lineage?.created ?? null,
      newClasses: [...(lineage?.newClasses ?? [])],
      images: lineage?.annotations.images ?? 0,
      before: metricsOf(lineage?.before),
      after: metricsOf(lineage?.after),
    }))
    const rounds = await store.db
      .selectFrom('round')
      .innerJoin('answer', 'answer.round', 'round.number')
      .select(['round.updated', (e) => e.fn.countAll<number>().as('answers')])
      .where('answer.current', '=', 1)
      .where('round.updated', 'is not', null)
      .groupBy('round.updated')
      .execute()
    const spent = new Map(rounds.map(({ updated, answers }) => [updated, Number(answers)]))
    let answers = 0
    const gains = versions.map(({ version, after }, at) => {
      answers += spent.get(version) ?? 0
      // Version 0 was judged when the first one was made.
      const metrics = after ?? (at === 0 ? (versions[1]?.before ?? null) : null)
      return { version, answers, known: metrics?.known ?? null, new: metrics?.new ?? null }
    })
    return { versions, gains }
  },

  async useVersion({ run, store }, { body }) {
    if (!run.versions.some(({ version }) => version === body.version))
      throw missing('version', String(body.version))
    useVersion(run.folder, body.version)
    store.announce(['versions', 'classes'])
    return { ok: true }
  },

  async recognise({ run, store }, { query }, { person }) {
    const round = await newestRound(store, query.round)
    if (round === null) return { round: 0, ready: true, total: 0, new: 0, images: [] }
    const version = run.inUse.version
    const file = join(run.roundFolder(round), 'studio', `recognised-${version}.json`)
    if (!fs.existsSync(file)) {
      await askFor(store, { kind: 'recognise', input: { round, version }, by: person.id })
      return { round, ready: false, total: 0, new: 0, images: [] }
    }
    const { images } = JSON.parse(await fs.promises.readFile(file, 'utf8')) as RecognisedPool
    const classes = await store.classes()
    const agreed = new Map(
      (await judgeRound(store, round)).tasks.map((each) => [each.task.image, each.class]),
    )
    const trained = new Set(run.trainedClasses)
    const shown = images.map((each) => {
      const id = agreed.get(each.image) ?? null
      return {
        ...each,
        people: id === null ? null : nameOf(classes, id),
        isNew: each.now !== null && !trained.has(each.now),
      }
    })
    // What has changed first: classes that training did not have.
    shown.sort((a, b) => Number(b.isNew) - Number(a.isNew) || b.confidence - a.confidence)
    return {
      round,
      ready: true,
      total: shown.length,
      new: shown.filter(({ isNew }) => isNew).length,
      images: shown.slice(query.offset, query.offset + query.limit),
    }
  },

  async jobs({ store }) {
    return listJobs(store)
  },

  async startJob({ run, store }, { body }, { person }) {
    if (body.kind === 'update') {
      const { round, tasks } = await judgeRound(store, body.round)
      if (!tasks.some(({ class: agreed }) => agreed !== null))
        throw new RefusedError(
          'conflict',
          `nobody agrees on any image of round ${body.round} yet: name some first`,
        )
      if (round.updated !== null)
        throw new RefusedError(
          'conflict',
          `round ${body.round} has made version ${round.updated} already: explore again`,
        )
    }
    if (body.kind === 'sample-pool' && !run.hasSamples)
      throw new RefusedError(
        'conflict',
        'sample images are drawn for runs on the built-in set only: name a folder',
      )
    const { kind, ...input } = body
    return addJob(store, { kind, input, by: person.id })
  },

  async cancelJob({ store }, { params }) {
    await cancelJob(store, params.job)
    return { ok: true }
  },
}

function metricsOf(metrics: GrowthMetrics | null | undefined): Metrics | null {
  if (!metrics) return null
  const { known, unknown, byGroup } = metrics
  return { known, new: unknown, ...byGroup }
}
