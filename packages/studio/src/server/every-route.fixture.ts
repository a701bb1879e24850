// For every route one request that it takes.

import { randomUUID } from 'node:crypto'
import type { RouteName } from '../api/paths.ts'
import { addJob } from '../store/jobs.ts'
import type { Asking, TinyStudio } from './tiny-studio.fixture.ts'

export type Requests = { readonly [Name in RouteName]: Asking<Name> }

/** Asked in their order, each is allowed for an owner, and answers. Makes what they ask about. */
export async function everyRoute(tiny: TinyStudio): Promise<Requests> {
  const { studio, people, run, tasks } = tiny
  const [sparrow, finch, jay] = [
    await tiny.classOf('sparrow'),
    await tiny.classOf('finch'),
    await tiny.classOf('jay'),
  ]
  const mine = await tiny.answer(people.owner, 0, { kind: 'class', class: sparrow })
  await tiny.answer(people.reviewer, 1, { kind: 'class', class: jay })
  const change = randomUUID()
  await tiny.get(people.owner, 'addAlias', {
    params: { class: sparrow },
    body: { uuid: change, name: 'house sparrow' },
  })
  const leaving = await tiny.join(`Lea ${randomUUID()}`, 'annotator')
  const losing = await tiny.join(`Lou ${randomUUID()}`, 'annotator')
  const job = await addJob(studio.store, {
    kind: 'map',
    input: { round: 1, for: change },
    label: 'a map',
    by: people.owner.id,
  })
  const image = run.images[0]!
  const task = tasks[2]!
  const of = (id: string) => ({ params: { class: id } })
  return {
    health: {},
    openSession: { body: { token: people.owner.token } },
    me: {},
    setHotkeys: { body: { undo: 'KeyU' } },
    project: {},
    changeSettings: { body: { leaseMinutes: 20 } },
    live: {},
    people: {},
    invite: { body: { name: `Nina ${randomUUID()}`, role: 'annotator' } },
    renewLink: { params: { person: losing.id } },
    removePerson: { params: { person: leaving.id } },
    claimTasks: { body: { count: 3 } },
    releaseTasks: { body: { tasks: [task] } },
    whyTask: { params: { task } },
    giveAnswers: {
      body: { answers: [{ uuid: randomUUID(), task, verdict: { kind: 'unsure' }, note: 'blurred' }] },
    },
    undoAnswers: { body: { answers: [mine] } },
    redoAnswers: { body: { answers: [mine] } },
    myAnswers: { query: { limit: 10 } },
    searchClasses: { query: { search: 'spar' } },
    nearClasses: { query: { name: 'sparow', image: run.images[1]! } },
    createClass: { body: { uuid: randomUUID(), name: `magpie ${randomUUID().slice(0, 4)}` } },
    classImages: { ...of(sparrow), query: { limit: 10 } },
    renameClass: { ...of(finch), body: { uuid: randomUUID(), name: 'chaffinch' } },
    addAlias: { ...of(finch), body: { uuid: randomUUID(), name: 'Fringilla' } },
    mergePreview: { ...of(finch), query: { into: sparrow } },
    mergeClasses: { ...of(finch), body: { uuid: randomUUID(), into: sparrow } },
    splitClass: { ...of(sparrow), body: { uuid: randomUUID(), name: 'dunnock', images: [image] } },
    classSuggestions: {},
    classHistory: { query: { limit: 10 } },
    undoClassChange: { body: { uuid: randomUUID(), event: change } },
    disagreements: { query: { show: 'all' } },
    decide: {
      body: { decision: 'approve', uuid: randomUUID(), task, verdict: { kind: 'class', class: jay } },
    },
    agreement: { query: {} },
    setControl: { body: { uuid: randomUUID(), task: tasks[3]!, class: jay } },
    image: { params: { image }, query: { size: 'small' } },
    similarImages: { params: { image }, query: { limit: 3 } },
    map: { query: {} },
    versions: {},
    useVersion: { body: { version: 0 } },
    recognise: { query: { limit: 5 } },
    jobs: {},
    startJob: { body: { kind: 'sample-pool', images: 20 } },
    cancelJob: { params: { job: job.id } },
    longTail: {},
    mistakes: { query: {} },
    exportData: { query: { format: 'csv' } },
    importData: { query: { format: 'jsonl' }, upload: '' },
    closeSession: {},
  }
}
