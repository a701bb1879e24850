// A project without training: the files of a run that the server reads, a pool of drawn images, one round, and a server that
// is asked without a socket.

import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { parseRunConfig, recipe } from 'oltr'
import sharp from 'sharp'
import type { Role } from '../api/paths.ts'
import { invite, openSession } from '../store/people.ts'
import { Store } from '../store/store.ts'
import { Studio } from './context.ts'
import { openRounds } from './open-rounds.ts'
import { RunFacts } from './run-facts.ts'
import { createServer } from './server.ts'

export const CLASSES = ['heron', 'coot', 'grebe']
const DIMENSION = 4

export interface Project {
  readonly run: string
  readonly studio: Studio
  readonly app: FastifyInstance
  readonly images: readonly string[]
  /** A session of somebody new. */
  readonly session: (role: Role) => Promise<Session>
}

export interface Session {
  readonly id: string
  readonly cookie: string
  readonly token: string
  readonly ask: (
    method: string,
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Reply>
}

export interface Reply {
  readonly status: number
  readonly text: string
  readonly bytes: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any
  readonly headers: Record<string, unknown>
}

export interface ProjectOptions {
  /** Folder of a built web application. */
  readonly web?: string
  /** Files of the pool, by name, besides the drawn ones. */
  readonly files?: ReadonlyMap<string, Buffer>
  /** Database of the store; a SQLite file of its own without it. */
  readonly place?: string
  /** The server's clock. */
  readonly now?: () => number
}

export async function openProject(
  t: TestContext,
  images = 12,
  { web, files = new Map(), place, now = Date.now }: ProjectOptions = {},
): Promise<Project> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'oltr-project-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const run = join(folder, 'run')
  const ids = await writeRun(run, images, files)
  const store = await Store.open(place ?? join(run, 'studio', 'studio.sqlite'), { now })
  const studio = new Studio(store, new RunFacts(run))
  await openRounds(studio, () => Promise.reject(new Error('no process is needed')))
  const app = await createServer(studio, { hosts: ['localhost'], web: web ?? null })
  t.after(async () => {
    await app.close()
    await store.close()
  })
  let count = 0
  const session = async (role: Role): Promise<Session> => {
    const { person, token } = await invite(store, { name: `${role} ${++count}`, role }, 'system')
    const cookie = `oltr_studio=${(await openSession(store, token))!.session}`
    return {
      id: person.id,
      cookie,
      token,
      ask: (method, url, body, headers) => ask(app, method, url, body, { cookie, ...headers }),
    }
  }
  return { run, studio, app, images: ids, session }
}

export async function ask(
  app: FastifyInstance,
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const reply = await app.inject({
    method: method as 'GET',
    url,
    headers: {
      host: 'localhost',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: payloadOf(body) }),
  })
  let parsed: unknown = null
  try {
    parsed = JSON.parse(reply.body)
  } catch {
    // Not every answer is JSON.
  }
  return {
    status: reply.statusCode,
    text: reply.body,
    bytes: reply.rawPayload,
    body: parsed,
    headers: reply.headers,
  }
}

function payloadOf(body: unknown): string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
}

async function writeRun(run: string, drawn: number, files: ReadonlyMap<string, Buffer>): Promise<string[]> {
  const pool = join(run, 'pool')
  const round = join(run, 'rounds', '1')
  fs.mkdirSync(pool, { recursive: true })
  fs.mkdirSync(join(round, 'features'), { recursive: true })
  fs.mkdirSync(join(round, 'studio'), { recursive: true })
  fs.mkdirSync(join(run, 'studio', 'examples'), { recursive: true })
  const config = parseRunConfig(recipe('quickstart'))
  fs.writeFileSync(join(run, 'config.json'), JSON.stringify(config))
  const card = {
    kind: 'oltr',
    model: config.model,
    classNames: CLASSES,
    trainingCounts: [200, 50, 5],
    preprocessing: [],
    threshold: {},
    provenance: {},
  }
  const header = Buffer.from(
    JSON.stringify({ __metadata__: { format: 'oltr-model-1', card: JSON.stringify(card) } }),
  )
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  fs.writeFileSync(join(run, 'oltr.safetensors'), Buffer.concat([length, header]))
  const contents = new Map<string, Buffer>()
  for (let at = 0; at < drawn; at++) {
    const background = { r: 20 * at, g: 255 - 20 * at, b: 90 }
    const bytes = await sharp({ create: { width: 24, height: 16, channels: 3, background } })
      .png()
      .toBuffer()
    contents.set(`${at}.png`, bytes)
  }
  for (const [name, bytes] of files) contents.set(name, bytes)
  for (const [name, bytes] of contents) fs.writeFileSync(join(pool, name), bytes)
  const names = [...contents.keys()]
  const ids = [...contents.values()].map((bytes) => createHash('sha256').update(bytes).digest('hex'))
  const images = ids.length
  const about = { extractor: '0', dataset: pool, images: '0', count: images, dimension: DIMENSION }
  fs.writeFileSync(join(round, 'features', 'about.json'), `${JSON.stringify(about, null, 2)}\n`)
  fs.writeFileSync(
    join(round, 'features', 'images.jsonl'),
    ids.map((id, at) => `${JSON.stringify({ image: names[at], id })}\n`).join(''),
  )
  fs.writeFileSync(
    join(round, 'features', 'features.f32'),
    new Uint8Array(Float32Array.from({ length: images * DIMENSION }, (_, i) => Math.sin(i)).buffer),
  )
  const record = {
    pool,
    budget: '12',
    arm: 'energy',
    scores: { temperature: 1 },
    seed: 0,
    version: 0,
    model: '0',
  }
  fs.writeFileSync(join(round, 'round.json'), JSON.stringify(record))
  const asked = ids.map((id, at) => ({
    at,
    image: names[at],
    id,
    openness: at,
    informativeness: 0.5,
    energy: at,
    guesses: [{ className: 'heron', confidence: 0.6 }],
  }))
  fs.writeFileSync(join(round, 'selection.json'), JSON.stringify({ pool: images, asked, seconds: 0 }))
  const groups = {
    clusters: ids.map((_, at) => Math.floor(at / 6)),
    nearest: ids.map(() => [
      ['heron', 1],
      ['coot', 2],
    ]),
  }
  fs.writeFileSync(join(round, 'studio', 'groups.json'), JSON.stringify(groups))
  return ids
}

/** A file as the only part of a multipart body. */
export function upload(content: string | Buffer): { payload: Buffer; type: string } {
  const border = 'x0x0x'
  const payload = Buffer.concat([
    Buffer.from(`--${border}\r\ncontent-disposition: form-data; name="file"; filename="../a"\r\n\r\n`),
    Buffer.from(content),
    Buffer.from(`\r\n--${border}--\r\n`),
  ])
  return { payload, type: `multipart/form-data; boundary=${border}` }
}

export const uuid = (): string => randomUUID()
