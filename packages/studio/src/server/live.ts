// What changes, told to every open page as server-sent events. With several servers on one database each also looks, once a
// second, at whether the chain or a job has moved without it.

import type { FastifyReply } from 'fastify'
import type { LiveEvent, Topic } from '../api/schemas.ts'
import { activeJob } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'

const LOOK_EVERY = 1000
/** Proxies end connections on which nothing is said. */
const BREATH = 20_000
/** Pages of one server at most; each is a connection. */
const MOST = 1000

export class Live {
  readonly #store: Store
  readonly #pages = new Set<FastifyReply>()
  readonly #timers: NodeJS.Timeout[]
  readonly #stop: () => void
  #seen = -1

  constructor(store: Store) {
    this.#store = store
    this.#stop = store.onChange((topics) => this.tell({ topics }))
    this.#timers = [
      setInterval(() => void this.#look().catch(() => {}), LOOK_EVERY).unref(),
      setInterval(() => this.#write(':\n\n'), BREATH).unref(),
    ]
  }

  /** False where there are too many pages already. */
  open(reply: FastifyReply): boolean {
    if (this.#pages.size >= MOST) return false
    reply.hijack()
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    })
    reply.raw.write(':\n\n')
    this.#pages.add(reply)
    reply.raw.on('close', () => this.#pages.delete(reply))
    return true
  }

  tell(event: LiveEvent): void {
    this.#write(`data: ${JSON.stringify(event)}\n\n`)
  }

  close(): void {
    this.#stop()
    for (const timer of this.#timers) clearInterval(timer)
    for (const page of this.#pages) page.raw.end()
  }

  async #look(): Promise<void> {
    if (this.#pages.size === 0) return
    const job = await activeJob(this.#store)
    if (job) this.tell({ topics: [], job })
    const { seq } = await this.#store.db.selectFrom('head').select('seq').executeTakeFirstOrThrow()
    const topics: readonly Topic[] = [
      'answers',
      'classes',
      'rounds',
      'people',
      'settings',
      'versions',
      'jobs',
    ]
    if (this.#seen >= 0 && seq !== this.#seen && !this.#store.sqlite) this.tell({ topics })
    this.#seen = seq
  }

  #write(text: string): void {
    for (const page of this.#pages) page.raw.write(text)
  }
}
