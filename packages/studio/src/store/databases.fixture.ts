// The same tests for both databases: SQLite in a temporary folder, and a PostgreSQL started for the tests from the system's
// package, on a socket of its own, with nothing switched off that makes it durable.

import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { Store } from './store.ts'

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'oltr-store-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface TestDatabase {
  readonly name: 'SQLite' | 'PostgreSQL'
  /** A place where no store is yet. */
  readonly place: (t: TestContext) => Promise<string>
}

export const sqlite: TestDatabase = {
  name: 'SQLite',
  place: async (t) => join(temporaryFolder(t), 'studio.sqlite'),
}

/** Runs a test once for each database; without PostgreSQL that half is skipped, and says so. */
export function onBoth(
  promise: string,
  run: (t: TestContext, database: TestDatabase) => Promise<void>,
): void {
  test(`SQLite: ${promise}`, (t) => run(t, sqlite))
  test(`PostgreSQL: ${promise}`, { skip: noPostgres }, (t) => run(t, postgres))
}

export async function opened(t: TestContext, database: TestDatabase, now?: () => number): Promise<Store> {
  const store = await Store.open(await database.place(t), now ? { now } : {})
  t.after(() => store.close())
  return store
}

const bin = globSync('/usr/lib/postgresql/*/bin').sort().at(-1)
const isRoot = process.getuid?.() === 0
/** Why there is no PostgreSQL; false where there is one. */
export const noPostgres: string | false =
  bin && existsSync(join(bin, 'initdb')) ? false : 'no PostgreSQL: apt-get install postgresql'

/** Folder of the running server: its socket and its data. */
let cluster: string | null = null

export const postgres: TestDatabase = {
  name: 'PostgreSQL',
  async place(t) {
    cluster ??= startCluster()
    const database = `d${randomUUID().replaceAll('-', '')}`
    const address = (name: string) =>
      `postgres://postgres@localhost/${name}?host=${encodeURIComponent(cluster!)}`
    const client = new pg.Client({ connectionString: address('postgres') })
    await client.connect()
    await client.query(`create database ${database}`)
    await client.end()
    t.diagnostic(`PostgreSQL of ${bin}`)
    return address(database)
  },
}

function startCluster(): string {
  const folder = mkdtempSync(join(tmpdir(), 'oltr-postgres-'))
  // A server does not run as root; the package's own user does.
  if (isRoot) spawnSync('chown', ['postgres', folder])
  chmodSync(folder, 0o755)
  asServer('initdb', ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'])
  startServer(folder)
  // Not `after`: inside a test it would be the end of that test.
  process.on('exit', () => {
    stopServer(folder)
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function startServer(folder: string): void {
  const options = `-k ${folder} -c listen_addresses=''`
  asServer('pg_ctl', ['-D', join(folder, 'data'), '-w', '-l', join(folder, 'log'), '-o', options, 'start'])
}

/** At once: nothing is written any more. */
function stopServer(folder: string): void {
  asServer('pg_ctl', ['-D', join(folder, 'data'), '-m', 'immediate', 'stop'])
}

/** Ends the running PostgreSQL as a crash would, and starts it again, which recovers from its log. */
export function crashPostgres(): void {
  stopServer(cluster!)
  startServer(cluster!)
}

/** Process of the running PostgreSQL. */
export function postgresProcess(): number {
  return Number(readFileSync(join(cluster!, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
}

function asServer(program: string, args: readonly string[]): void {
  const command = [join(bin!, program), ...args]
  const [first, ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command
  // Its output goes nowhere: the server would keep a pipe open.
  const { status, error } = spawnSync(first!, rest, { stdio: 'ignore', cwd: '/' })
  if (status !== 0) throw new Error(`${program} ended with ${status}${error ? `: ${error.message}` : ''}`)
}
