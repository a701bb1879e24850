// What changes, told to every open page as server-sent events. With several servers on one database each also looks, once a
// second, at whether the chain or a job has moved without it.

import type { FastifyReply } from 'fastify'
import type { LiveEvent, Topic } from '../api/schemas.ts'
import { activeJob } from '../store/jobs.ts'
import { hashOf } from '../store/people.ts'
import type { Store } from '../store/store.ts'

const LOOK_EVERY = 1000
/** Proxies end connections on which nothing is said. */
const BREATH = 20_000
/** Pages of one server at most; each is a connection. */
const MOST = 1000
/** Bytes that a page may have left unread. */
const UNREAD = 1_000_000

export class Live {
  readonly #store: Store
  /** With the hash of the session that each was opened in. */
  readonly #pages = new Map<FastifyReply, string>()
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
  open(reply: FastifyReply, session: string): boolean {
    if (this.#pages.size >= MOST) return false
    reply.hijack()
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    })
    reply.raw.write(':\n\n')
    this.#pages.set(reply, hashOf(session))
    reply.raw.on('close', () => this.#pages.delete(reply))
    return true
  }

  tell(event: LiveEvent): void {
    this.#write(`data: ${JSON.stringify(event)}\n\n`)
  }

  close(): void {
    this.#stop()
    for (const timer of this.#timers) clearInterval(timer)
    for (const page of this.#pages.keys()) page.raw.end()
  }

  async #look(): Promise<void> {
    if (this.#pages.size === 0) return
    await this.#endRevoked()
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

  /** Whoever may not come in any more hears no more. */
  async #endRevoked(): Promise<void> {
    const pages = [...this.#pages]
    const rows = await this.#store.db
      .selectFrom('session')
      .innerJoin('person', 'person.id', 'session.person')
      .select('session.hash')
      .where('person.removed', '=', 0)
      .where('session.hash', 'in', [...new Set(pages.map(([, hash]) => hash))])
      .execute()
    const held = new Set(rows.map(({ hash }) => hash))
    for (const [page, hash] of pages) if (!held.has(hash)) page.raw.end()
  }

  #write(text: string): void {
    for (const { raw } of this.#pages.keys())
      if (raw.writableLength > UNREAD) raw.destroy()
      else raw.write(text)
  }
}
