// Starts a server: the store, the owner's link, the rounds that are there, and the web application.

import fs from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { ConfigError } from 'oltr/exploration'
import { buildWeb } from '../../build-web.ts'
import { PACKAGE } from '../package-folder.ts'
import { Studio } from '../server/context.ts'
import { JobRunner } from '../server/job-runner.ts'
import { program } from '../server/jobs/programs.ts'
import { openRounds, SYSTEM } from '../server/open-rounds.ts'
import { runChild } from '../server/run-child.ts'
import { RunFacts } from '../server/run-facts.ts'
import { createServer } from '../server/server.ts'
import { learnKnownClasses } from '../store/class-changes.ts'
import { hashOf, invite, newToken } from '../store/people.ts'
import { Store } from '../store/store.ts'
import { storePlace } from './store-place.ts'

export interface ServeOptions {
  readonly port: string
  readonly host: string
  readonly name?: readonly string[]
  readonly https?: boolean
  readonly work: boolean
  readonly json?: boolean
}

export async function serve(folder: string, options: ServeOptions): Promise<void> {
  const port = Number(options.port)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new ConfigError('--port', options.port, 'expected a whole number from 0 to 65535')
  const studio = await openStudio(folder)
  const link = await ownerLink(studio)
  const app = await createServer(studio, {
    hosts: namesOf(options),
    web: await builtPages(),
    secure: options.https ?? false,
  })
  const address = await app.listen({ port, host: options.host })
  const url = `${address.replace('[::]', 'localhost').replace('0.0.0.0', 'localhost')}/#in=${link}`
  if (options.json) console.log(JSON.stringify({ url, pid: process.pid }))
  else
    console.log(
      `The studio is open. Come in by this link, it is the owner's:\n\n  ${url}\n\nCtrl+C ends it; nothing is lost.`,
    )
  const runner = options.work ? new JobRunner(studio) : null
  await prepare(studio)
  await untilStopped()
  await runner?.close()
  await app.close()
  await studio.store.close()
}

/** Long work only: for machines that have more cores. */
export async function work(folder: string): Promise<void> {
  if (!process.env.DATABASE_URL)
    throw new ConfigError('DATABASE_URL', undefined, 'expected a postgres:// address that the servers share')
  const studio = await openStudio(folder)
  const runner = new JobRunner(studio)
  console.log(`waiting for work on ${studio.store.place}`)
  await untilStopped()
  await runner.close()
  await studio.store.close()
}

async function openStudio(folder: string): Promise<Studio> {
  const run = new RunFacts(folder)
  const store = await Store.open(storePlace(folder))
  await learnKnownClasses(store, run.trainedClasses, SYSTEM)
  return new Studio(store, run)
}

/** What the first page needs, made beside the server: rounds of the command line, and images to show for classes. */
async function prepare(studio: Studio): Promise<void> {
  const examples = join(studio.run.studioFolder, 'examples')
  try {
    await openRounds(studio, (command, options) => runChild(command, AbortSignal.timeout(600_000), options))
    if (!fs.existsSync(join(examples, 'index.json')))
      await runChild([program('draw-examples'), studio.run.folder, examples], AbortSignal.timeout(600_000))
  } catch (error) {
    process.stderr.write(`warning: ${(error as Error).message}\n`)
  }
  studio.store.announce(['rounds', 'classes'])
}

/**
 * The token of the first owner. Made at the first start, and kept in a file that only its user may read; the store holds its
 * hash alone.
 */
async function ownerLink({ store, run }: Studio): Promise<string> {
  const file = join(run.studioFolder, 'owner-link')
  fs.mkdirSync(run.studioFolder, { recursive: true })
  const kept = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : null
  if (kept !== null && kept.length < 40)
    throw new ConfigError(
      'owner-link',
      file,
      'this token is too short to be safe; remove the file to get a new one',
    )
  if (kept !== null) {
    const there = await store.db
      .selectFrom('link')
      .select('person')
      .where('hash', '=', hashOf(kept))
      .executeTakeFirst()
    if (there) return kept
  }
  const token = newToken()
  const owners = await store.db.selectFrom('person').select('name').where('role', '=', 'owner').execute()
  await invite(
    store,
    { name: owners.length === 0 ? 'owner' : `owner ${owners.length + 1}`, role: 'owner' },
    SYSTEM,
    token,
  )
  writeFileAtomicSync(file, `${token}\n`)
  fs.chmodSync(file, 0o600)
  return token
}

function namesOf({ host, name = [] }: ServeOptions): string[] {
  const local = ['localhost', '127.0.0.1', '[::1]']
  const own = host === '0.0.0.0' || host === '::' ? [hostname()] : [isIP(host) === 6 ? `[${host}]` : host]
  return [...local, ...own, ...name].map((each) => each.toLowerCase())
}

/** Folder of the built pages; where their sources are newer they are built first. A published package has no sources. */
async function builtPages(): Promise<string> {
  if (fs.existsSync(join(PACKAGE, 'web'))) await buildWeb()
  return join(PACKAGE, 'build', 'web')
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
