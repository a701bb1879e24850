import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { noPostgres, postgres } from '../store/databases.fixture.ts'
import { addJob, listJobs, SILENCE } from '../store/jobs.ts'
import { Store } from '../store/store.ts'
import { Studio } from './context.ts'
import { JobRunner } from './job-runner.ts'
import { openProject } from './project.fixture.ts'
import { RunFacts } from './run-facts.ts'

const BIN = fileURLToPath(new URL('../../bin/oltr-studio.js', import.meta.url))

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await setTimeout(5)
}

test('a worker that is killed takes its child along, and another one does its work', {
  skip: noPostgres,
  timeout: 60_000,
}, async (t) => {
  const place = await postgres.place(t)
  const { run, studio, images } = await openProject(t, 12, { place })
  const { store } = studio
  const scores = images.map((id, at) => ({
    at,
    image: `${at}.png`,
    id,
    openness: 1,
    informativeness: 1,
    energy: 1,
  }))
  fs.writeFileSync(
    join(run, 'rounds', '1', 'scores.jsonl'),
    scores.map((line) => `${JSON.stringify(line)}\n`).join(''),
  )
  const worker = spawn(process.execPath, [BIN, 'work', run], {
    env: { ...process.env, DATABASE_URL: place },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => worker.kill('SIGKILL'))
  await once(worker.stdout, 'data')
  await addJob(store, { kind: 'map', input: { round: 1 }, by: 'system' })
  await until(async () => (await listJobs(store))[0]!.state === 'running')
  await until(() => childrenOf(worker.pid!).length > 0)
  const [child] = childrenOf(worker.pid!) as [number]
  worker.kill('SIGKILL')
  await once(worker, 'close')
  await until(() => !fs.existsSync(`/proc/${child}`))

  // The other one looks when the silence has lasted long enough; it need not be waited for.
  const later = await Store.open(place, { now: () => Date.now() + SILENCE + 1000 })
  const other = new JobRunner(new Studio(later, new RunFacts(run)))
  t.after(async () => {
    await other.close()
    await later.close()
  })
  await until(async () => (await listJobs(store))[0]!.state !== 'running')
  const [job] = await listJobs(store)
  assert.equal(job!.state, 'done', job!.error ?? '')
  const file = join(run, 'rounds', '1', 'studio', 'map.json')
  assert.ok(fs.existsSync(file))
})

/** Processes that a process has started. */
function childrenOf(pid: number): number[] {
  const said = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return said.split(' ').filter(Boolean).map(Number)
}
