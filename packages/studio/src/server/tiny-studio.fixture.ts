// A studio over a tiny run, with a person of each role; requests are asked of the server without a socket.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { paths, type Role, type RouteName } from '../api/paths.ts'
import type { Response, Sent } from '../api/schemas.ts'
import { learnKnownClasses } from '../store/class-changes.ts'
import { invite, openSession } from '../store/people.ts'
import { Store } from '../store/store.ts'
import { taskIdOf } from '../store/views.ts'
import { Studio } from './context.ts'
import { SESSION_COOKIE } from './guards.ts'
import { openRounds, SYSTEM } from './open-rounds.ts'
import { RunFacts } from './run-facts.ts'
import { createServer } from './server.ts'
import { drawImages, KNOWN, type PoolImage, type TinyRun, writeTinyRun } from './tiny-run.fixture.ts'

export interface Visitor {
  readonly id: string
  readonly name: string
  /** Of the link. */
  readonly token: string
  readonly cookie: string
}

export interface Asking<Name extends RouteName> {
  readonly params?: Sent<Name>['params']
  readonly query?: Sent<Name>['query']
  readonly body?: Sent<Name>['body']
  /** A file, as the only part of a multipart body. */
  readonly upload?: string | Buffer
}

export interface TinyStudio {
  readonly run: TinyRun
  readonly studio: Studio
  readonly app: FastifyInstance
  readonly people: Readonly<Record<Role, Visitor>>
  readonly tasks: readonly string[]
  join(name: string, role: Role): Promise<Visitor>
  /** Whatever the server answers. */
  ask<Name extends RouteName>(
    who: Visitor | null,
    name: Name,
    asking?: Asking<Name>,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>
  /** The answer to what has to be allowed. */
  get<Name extends RouteName>(who: Visitor, name: Name, asking?: Asking<Name>): Promise<Response<Name>>
  /** Names the image at a place of the queue; returns the answer's uuid. */
  answer(
    who: Visitor,
    at: number,
    verdict: Sent<'giveAnswers'>['body']['answers'][number]['verdict'],
  ): Promise<string>
  /** A class of that name. */
  classOf(name: string): Promise<string>
}

export interface TinyOptions {
  readonly images?: readonly PoolImage[]
  readonly web?: string | null
  /** A folder with a run; it stays when the test ends. */
  readonly run?: TinyRun
}

export function temporaryFolder(t: Pick<TestContext, 'after'>): string {
  const folder = fs.mkdtempSync(join(tmpdir(), 'oltr-studio-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

export async function tinyStudio(
  t: Pick<TestContext, 'after'>,
  { images, web = null, run: given }: TinyOptions = {},
): Promise<TinyStudio> {
  const run = given ?? writeTinyRun(temporaryFolder(t), images ?? (await drawImages(8)))
  const store = await Store.open(join(run.folder, 'studio', 'studio.sqlite'))
  const facts = new RunFacts(run.folder)
  await learnKnownClasses(store, KNOWN, SYSTEM)
  const studio = new Studio(store, facts)
  await openRounds(studio, () => assert.fail('no child process is needed'))
  const app = await createServer(studio, { hosts: ['localhost'], web })
  t.after(async () => {
    await app.close()
    await store.close()
  })
  const join_ = async (name: string, role: Role): Promise<Visitor> => {
    const { person, token } = await invite(store, { name, role }, SYSTEM)
    const opened = await openSession(store, token)
    return { id: person.id, name, token, cookie: `${SESSION_COOKIE}=${opened!.session}` }
  }
  const suffix = given ? ` ${randomUUID().slice(0, 4)}` : ''
  const people = {
    annotator: await join_(`Anna${suffix}`, 'annotator'),
    reviewer: await join_(`Rita${suffix}`, 'reviewer'),
    owner: await join_(`Olga${suffix}`, 'owner'),
  }
  const ask: TinyStudio['ask'] = async (who, name, asking = {}, headers = {}) => {
    const upload = asking.upload === undefined ? null : multipart(asking.upload)
    const payload = upload?.payload ?? (asking.body as object | undefined)
    const reply = await app.inject({
      method: paths[name].method,
      url: addressOf(name, asking),
      headers: { ...(who && { cookie: who.cookie }), ...upload?.headers, ...headers },
      ...(payload === undefined ? {} : { payload }),
      // The stream of changes has no end.
      payloadAsStream: name === 'live',
    })
    if (name === 'live') reply.stream().destroy()
    return reply
  }
  const get: TinyStudio['get'] = async (who, name, asking) => {
    const reply = await ask(who, name, asking)
    assert.equal(reply.statusCode, 200, `${name}: ${reply.body}`)
    return reply.json()
  }
  const tasks = run.images.map((image) => taskIdOf(1, image))
  return {
    run,
    studio,
    app,
    people,
    tasks,
    join: join_,
    ask,
    get,
    async answer(who, at, verdict) {
      const uuid = randomUUID()
      await get(who, 'giveAnswers', { body: { answers: [{ uuid, task: tasks[at]!, verdict }] } })
      return uuid
    },
    async classOf(name) {
      const { class: made } = await get(people.owner, 'createClass', { body: { uuid: randomUUID(), name } })
      return made.id
    },
  }
}

function multipart(content: string | Buffer): { payload: Buffer; headers: Record<string, string> } {
  const boundary = 'a-boundary-of-no-file'
  const payload = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="../../answers"\r\n` +
        'content-type: application/octet-stream\r\n\r\n',
    ),
    Buffer.from(content),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  return { payload, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }
}

export function addressOf<Name extends RouteName>(name: Name, { params, query }: Asking<Name>): string {
  const path = paths[name].path.replaceAll(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent((params as Record<string, string> | undefined)?.[key] ?? ''),
  )
  const search = new URLSearchParams(query as Record<string, string>).toString()
  return search === '' ? path : `${path}?${search}`
}
