import assert from 'node:assert/strict'
import { onBoth, opened } from './databases.fixture.ts'
import {
  activeJob,
  addJob,
  cancelJob,
  endJob,
  giveBackJobs,
  type JobKind,
  listJobs,
  reportJob,
  takeJob,
} from './jobs.ts'
import { Store } from './store.ts'

const job = (kind: JobKind, input: unknown = {}) => ({ kind, input, by: 'p' })

onBoth('many servers that take jobs at once share them, each job to one', async (t, database) => {
  const place = await database.place(t)
  const count = database.name === 'PostgreSQL' ? 4 : 1
  const servers = await Promise.all(Array.from({ length: count }, () => Store.open(place)))
  t.after(() => Promise.all(servers.map((one) => one.close())))
  const jobs = 30
  for (let at = 0; at < jobs; at++) await addJob(servers[0]!, job('map', { at }))
  const taken: string[] = []
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      const store = servers[worker % servers.length]!
      // Nothing to take once is no end: another may hold the row meanwhile.
      for (let nothing = 0; nothing < 3; ) {
        const one = await takeJob(store, `worker ${worker}`)
        if (one) taken.push(one.id)
        else nothing++
      }
    }),
  )
  assert.equal(taken.length, jobs)
  assert.equal(new Set(taken).size, jobs)
})

onBoth('a job that was stopped is taken from its server; one that was given back goes on', async (t, on) => {
  const store = await opened(t, on)
  const { id } = await addJob(store, job('update', { round: 3 }))
  await assert.rejects(addJob(store, job('explore')), {
    reason: 'conflict',
    message: /"taking the answers of round 3 into the model" is going on/,
  })
  await takeJob(store, 'a')
  assert.equal(await reportJob(store, id, 'a', { progress: 0.5 }), true)
  assert.equal((await activeJob(store))?.progress, 0.5)
  assert.equal(await reportJob(store, id, 'b', { progress: 0.9 }), false)
  await giveBackJobs(store, 'a')
  assert.equal(await reportJob(store, id, 'a', {}), false)
  assert.equal((await takeJob(store, 'b'))?.id, id)
  await cancelJob(store, id)
  assert.equal(await reportJob(store, id, 'b', {}), false)
  assert.equal(await takeJob(store, 'c'), null)
  assert.equal(await activeJob(store), null)
  await addJob(store, job('explore'))
  await assert.rejects(cancelJob(store, 'j-none'), { reason: 'missing' })
})

onBoth('a job shows its step while it runs, and is called by its title before and after', async (t, on) => {
  const store = await opened(t, on)
  const title = 'looking through /birds'
  const label = async () => (await listJobs(store))[0]!.label
  const { id } = await addJob(store, job('explore', { pool: '/birds' }))
  await takeJob(store, 'a')
  await reportJob(store, id, 'a', { label: 'exploring: scores' })
  assert.equal(await label(), 'exploring: scores')
  await giveBackJobs(store, 'a')
  assert.equal(await label(), title)
  await takeJob(store, 'b')
  await reportJob(store, id, 'b', { label: 'exploring: features' })
  await endJob(store, id, 'b', { outcome: 'done' })
  assert.equal(await label(), title)
})
