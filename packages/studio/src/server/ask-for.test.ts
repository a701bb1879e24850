import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endJob, takeJob } from '../store/jobs.ts'
import { openProject } from './project.fixture.ts'

test('a map that could not be drawn is not drawn again at every look', async (t) => {
  const { studio, session } = await openProject(t, 3)
  const rita = await session('reviewer')
  const jobs = async (): Promise<string[]> =>
    (await studio.store.db.selectFrom('job').select('state').execute()).map(({ state }) => state)
  const look = async (): Promise<void> => {
    for (const url of ['/api/map', '/api/recognised', '/api/map'])
      assert.equal((await rita.ask('GET', url)).status, 200)
  }
  await look()
  assert.deepEqual(await jobs(), ['waiting', 'waiting'], 'once each')
  for (const worker of ['w', 'w']) {
    const { id } = (await takeJob(studio.store, worker))!
    await endJob(studio.store, id, worker, { error: 'the disk is gone' })
  }
  await look()
  assert.deepEqual(await jobs(), ['failed', 'failed'])
})
