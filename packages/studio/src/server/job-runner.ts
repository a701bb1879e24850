// Long work, done in child processes: the server only looks after them. Any server on the same database takes what waits.

import { endJob, giveBackJobs, type JobKind, reportJob, takeJob } from '../store/jobs.ts'
import type { Studio } from './context.ts'
import { type JobContext, jobs } from './jobs/jobs.ts'
import { runChild } from './run-child.ts'

const LOOK_EVERY = 500
const SIGN_OF_LIFE = 5_000

export class JobRunner {
  readonly #studio: Studio
  readonly #timer: NodeJS.Timeout
  #busy: Promise<void> | null = null
  #stop = new AbortController()

  constructor(studio: Studio) {
    this.#studio = studio
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY)
    this.#timer.unref()
  }

  /** Ends the child that runs, and gives its work back to whoever comes next. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await giveBackJobs(this.#studio.store, this.#studio.worker)
    this.#stop.abort()
    await this.#busy
  }

  #look(): void {
    if (this.#busy || this.#stop.signal.aborted) return
    this.#busy = this.#next()
      .catch((error: Error) => {
        process.stderr.write(`work: ${error.message}\n`)
      })
      .finally(() => {
        this.#busy = null
      })
  }

  async #next(): Promise<void> {
    const { store, worker } = this.#studio
    const row = await takeJob(store, worker)
    if (!row) return
    store.announce(['jobs'])
    const cancelled = new AbortController()
    const both = AbortSignal.any([cancelled.signal, this.#stop.signal])
    const alive = setInterval(async () => {
      const mine = await reportJob(store, row.id, worker, {}).catch(() => true)
      if (!mine) cancelled.abort()
    }, SIGN_OF_LIFE)
    const context: JobContext = {
      studio: this.#studio,
      by: row.by,
      run: (command, options) => runChild(command, both, options),
      report: (report) => void reportJob(store, row.id, worker, report).catch(() => {}),
    }
    try {
      const outcome = await jobs[row.kind as JobKind](context, JSON.parse(row.input) as never)
      await endJob(store, row.id, worker, { outcome })
    } catch (error) {
      if (!both.aborted) await endJob(store, row.id, worker, { error: (error as Error).message })
    } finally {
      clearInterval(alive)
      store.announce(['jobs', 'rounds', 'versions', 'classes'])
    }
  }
}
