// A studio as its users start it: a short training on the built-in set, then the server as a process of its own.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sha256FileSync } from '@oltr/torch/files'
import { writeSamplePool } from 'oltr/exploration'

/** Threads that wait give their core away. */
const CALM = { ...process.env, OMP_WAIT_POLICY: 'passive', OMP_NUM_THREADS: '1' }
const OLTR = fileURLToPath(import.meta.resolve('oltr/bin'))

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'oltr-studio-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** Trains for seconds, not minutes: enough that new classes lie apart. */
export function trainShortly(folder: string): string {
  const run = join(folder, 'birds')
  const settings = [
    // Other tests are at work beside it: two processes with two threads each would wait for each other.
    'execution.threads=1',
    'stage1.epochs=4',
    'stage1.schedule.after.epochs=4',
    'stage1.schedule.epochs=1',
    'stage2.epochs=2',
    'stage2.schedule.epochs=2',
  ].flatMap((setting) => ['--set', setting])
  const { status, stderr } = spawnSync(
    process.execPath,
    [OLTR, 'train', '--recipe', 'quickstart', '--run', run, ...settings],
    { encoding: 'utf8', env: CALM },
  )
  assert.equal(status, 0, stderr)
  return run
}

export interface RunningStudio {
  /** The owner's link. */
  readonly link: string
  readonly address: string
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** `oltr studio <run>` on a free port. */
export async function startStudio(t: TestContext, run: string, port = 0): Promise<RunningStudio> {
  const child = spawn(process.execPath, [OLTR, 'studio', run, '--port', String(port), '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: CALM,
  })
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    child.kill(signal)
    await ended
  }
  t.after(() => stop())
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { url: string }
    return { link: url, address: new URL(url).origin, stop }
  }
  throw new Error('the studio ended before it said where it is')
}

/** What is on each image of a round's sample pool, by the image's id. */
export async function truthOf(
  run: string,
  round: number,
): Promise<Map<string, { className: string; known: boolean }>> {
  const { pool } = JSON.parse(readFileSync(join(run, 'rounds', String(round), 'round.json'), 'utf8')) as {
    pool: string
  }
  const samples = await writeSamplePool(run, pool, 400)
  return new Map(samples.map((sample) => [sha256FileSync(join(pool, sample.file)), sample]))
}
