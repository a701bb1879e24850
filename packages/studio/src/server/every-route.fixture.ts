// For every route one request that it takes.

import { paths, type RouteName } from '../api/paths.ts'
import type { Sent } from '../api/schemas.ts'
import { addJob } from '../store/jobs.ts'
import { type Project, type Session, upload, uuid } from './project.fixture.ts'

export interface RouteRequest {
  readonly method: string
  readonly url: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

type Parts<Name extends RouteName> = { [Part in keyof Sent<Name>]?: Sent<Name>[Part] }

/** Asked in their order, each is allowed for an owner, and answers. Makes what they ask about. */
export async function everyRoute(
  { studio, session, images }: Project,
  owner: Session,
): Promise<ReadonlyMap<RouteName, RouteRequest>> {
  const classOf = async (name: string): Promise<string> =>
    (await owner.ask('POST', '/api/classes', { uuid: uuid(), name })).body.class.id
  const [sparrow, finch, jay] = [await classOf('sparrow'), await classOf('finch'), await classOf('jay')]
  const [image, second] = images as [string, string]
  const task = `1-${images[2]}`
  const mine = uuid()
  const first = { uuid: mine, task: `1-${image}`, verdict: { kind: 'class', class: sparrow } }
  await owner.ask('POST', '/api/answers', { answers: [first] })
  const change = uuid()
  await owner.ask('POST', `/api/classes/${sparrow}/aliases`, { uuid: change, name: 'house sparrow' })
  const [leaving, losing] = [await session('annotator'), await session('annotator')]
  const input = { round: 1, asked: change }
  const job = await addJob(studio.store, { kind: 'map', input, by: owner.id })
  const file = upload('')
  const requests = new Map<RouteName, RouteRequest>()
  const add = <Name extends RouteName>(name: Name, parts: Parts<Name> = {}): void => {
    requests.set(name, { method: paths[name].method, url: urlOf(name, parts), body: parts.body })
  }
  add('health')
  add('me')
  add('setHotkeys', { body: { undo: 'KeyU' } })
  add('project')
  add('changeSettings', { body: { leaseMinutes: 20 } })
  add('live')
  add('people')
  add('invite', { body: { name: 'Nina', role: 'annotator' } })
  add('renewLink', { params: { person: losing.id } })
  add('removePerson', { params: { person: leaving.id } })
  add('claimTasks', { body: { count: 3 } })
  add('releaseTasks', { body: { tasks: [task] } })
  add('whyTask', { params: { task } })
  add('giveAnswers', {
    body: { answers: [{ uuid: uuid(), task, verdict: { kind: 'unsure' }, note: 'blurred' }] },
  })
  add('undoAnswers', { body: { answers: [mine] } })
  add('redoAnswers', { body: { answers: [mine] } })
  add('myAnswers', { query: { limit: 10 } })
  add('searchClasses', { query: { search: 'spar' } })
  add('nearClasses', { query: { name: 'sparow', image: second } })
  add('createClass', { body: { uuid: uuid(), name: 'magpie' } })
  add('classImages', { params: { class: sparrow }, query: { limit: 10 } })
  add('renameClass', { params: { class: finch }, body: { uuid: uuid(), name: 'chaffinch' } })
  add('addAlias', { params: { class: finch }, body: { uuid: uuid(), name: 'Fringilla' } })
  add('mergePreview', { params: { class: finch }, query: { into: sparrow } })
  add('mergeClasses', { params: { class: finch }, body: { uuid: uuid(), into: sparrow } })
  add('distinguishClasses', { params: { class: jay }, body: { uuid: uuid(), other: sparrow } })
  add('splitClass', { params: { class: sparrow }, body: { uuid: uuid(), name: 'dunnock', images: [image] } })
  add('classSuggestions')
  add('classHistory', { query: { limit: 10 } })
  add('undoClassChange', { body: { uuid: uuid(), event: change } })
  add('disagreements', { query: { show: 'all' } })
  add('decide', { body: { decision: 'approve', uuid: uuid(), task, verdict: { kind: 'class', class: jay } } })
  add('agreement')
  add('setControl', { body: { uuid: uuid(), task: `1-${images[3]}`, class: jay } })
  add('image', { params: { image }, query: { size: 'small' } })
  add('similarImages', { params: { image }, query: { limit: 3 } })
  add('map')
  add('versions')
  add('useVersion', { body: { version: 0 } })
  add('recognise', { query: { limit: 5 } })
  add('jobs')
  add('startJob', { body: { kind: 'sample-pool', images: 20 } })
  add('cancelJob', { params: { job: job.id } })
  add('longTail')
  add('mistakes')
  add('exportData', { query: { format: 'csv' } })
  add('importData', { query: { format: 'jsonl' } })
  requests.set('importData', {
    ...requests.get('importData')!,
    body: file.payload,
    headers: { 'content-type': file.type },
  })
  // They end the session.
  add('closeSession')
  add('openSession', { body: { token: owner.token } })
  return requests
}

function urlOf<Name extends RouteName>(name: Name, { params, query }: Parts<Name>): string {
  const path = paths[name].path.replaceAll(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent((params as Record<string, string>)[key]!),
  )
  const search = new URLSearchParams(query as Record<string, string>).toString()
  return search === '' ? path : `${path}?${search}`
}
