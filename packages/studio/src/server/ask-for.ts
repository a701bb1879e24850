// Work that a page needs done before it can show something: asked for by looking at the page.

import { addJob } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'

/** What failed, or was stopped, is not begun again by the next look: pages look again whenever a job ends. */
const PAUSE = 10 * 60_000

export async function askFor(store: Store, job: Parameters<typeof addJob>[1]): Promise<void> {
  const ended = await store.db
    .selectFrom('job')
    .select('id')
    .where('kind', '=', job.kind)
    .where('input', '=', JSON.stringify(job.input))
    .where('state', 'in', ['failed', 'cancelled'])
    .where('ended', '>', store.now() - PAUSE)
    .executeTakeFirst()
  if (!ended) await addJob(store, job)
}
