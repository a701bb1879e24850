// The project as a whole: rounds and how far they are, settings, the work that is going on.

import { basename, resolve } from 'node:path'
import type { RoundProgress } from '../../api/schemas.ts'
import { activeJob } from '../../store/jobs.ts'
import { judgeRound } from '../../store/round-consensus.ts'
import type { Handlers, Studio } from '../context.ts'

export const project: Handlers<'health' | 'project' | 'changeSettings'> = {
  async health() {
    return { ok: true, version: '0.1.0' }
  },

  async project(studio, _input, { person }) {
    const { store, run } = studio
    const rounds = await store.db.selectFrom('round').select('number').orderBy('number', 'desc').execute()
    const progress: RoundProgress[] = []
    for (const { number } of rounds)
      progress.push(await progressOf(studio, number, person.role !== 'annotator'))
    const { people } = await store.db
      .selectFrom('person')
      .select((e) => e.fn.countAll<number>().as('people'))
      .where('removed', '=', 0)
      .executeTakeFirstOrThrow()
    return {
      name: basename(resolve(run.folder)),
      settings: await store.settings(),
      rounds: progress,
      versionInUse: run.inUse.version,
      knownClasses: run.card(run.inUse).classNames.length,
      samples: run.hasSamples,
      people: Number(people),
      job: await activeJob(store),
    }
  },

  async changeSettings({ store }, { body }, { person }) {
    return store.changeSettings(body, person.id)
  },
}

/** `whole`: with what people said; an annotator sees only how much is done. */
async function progressOf({ store, run }: Studio, number: number, whole: boolean): Promise<RoundProgress> {
  const { round, tasks } = await judgeRound(store, number)
  const { overlap } = await store.settings()
  const asked = tasks.filter(({ task }) => task.control === null)
  const agreed = new Set(tasks.map(({ class: id }) => id).filter((id) => id !== null))
  return {
    round: number,
    version: round.version,
    images: tasks.length,
    pool: round.pool,
    clusters: round.clusters,
    done: tasks.filter(({ done }) => done).length,
    answers: tasks.reduce((sum, { answers }) => sum + answers.length, 0),
    wanted: asked
      .filter(({ task }) => task.settled === null)
      .reduce((sum, { task }) => sum + Math.max(0, overlap - task.answered), 0),
    disagreements: whole ? tasks.filter((each) => each.disagreed && each.task.settled === null).length : 0,
    newClasses: whole ? [...agreed].filter((id) => run.trainedName(id) === null).length : 0,
    updated: round.updated,
  }
}
