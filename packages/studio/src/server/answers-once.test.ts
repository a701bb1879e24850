// An answer that was given arrives once, however often it is sent.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSession } from '../store/people.ts'
import { Store } from '../store/store.ts'
import { Studio } from './context.ts'
import { ask, openProject, type Reply, uuid } from './project.fixture.ts'
import { createServer } from './server.ts'

test('answers sent again, by two tabs at once, or after a restart are kept once', async (t) => {
  const { app, studio, session, images, run } = await openProject(t, 12)
  const ann = await session('annotator')
  const answers = images.map((image) => ({ uuid: uuid(), task: `1-${image}`, verdict: { kind: 'unsure' } }))
  const tab = `oltr_studio=${(await openSession(studio.store, ann.token))!.session}`
  const send = (cookie: string, from: number, to: number): Promise<Reply> =>
    ask(app, 'POST', '/api/answers', { answers: answers.slice(from, to) }, { cookie })
  // What overlaps, all at the same time: a double click, two tabs, a queue that is sent again.
  const replies = await Promise.all(
    [ann.cookie, tab, ann.cookie, tab].flatMap((cookie, at) => [
      send(cookie, 0, 12),
      send(cookie, at, at + 8),
    ]),
  )
  for (const { status, text } of replies) assert.equal(status, 200, text)
  assert.deepEqual(
    replies[0]!.body.saved,
    answers.map((answer) => answer.uuid),
  )
  await app.close()
  await studio.store.close()
  const store = await Store.open(join(run, 'studio', 'studio.sqlite'))
  const again = await createServer(new Studio(store, studio.run), { hosts: ['localhost'], web: null })
  t.after(async () => {
    await again.close()
    await store.close()
  })
  const { status } = await ask(again, 'POST', '/api/answers', { answers }, { cookie: ann.cookie })
  assert.equal(status, 200, 'the session holds')
  const rows = await store.db.selectFrom('answer').selectAll().execute()
  assert.deepEqual(rows.map((row) => row.uuid).sort(), answers.map((answer) => answer.uuid).sort())
  assert.ok(rows.every(({ current }) => current === 1))
  const tasks = await store.db.selectFrom('task').select('answered').execute()
  assert.ok(tasks.every(({ answered }) => answered === 1))
})

test('an answer whose uuid was used for another image stays what it was', async (t) => {
  const { session, images } = await openProject(t, 3)
  const ann = await session('annotator')
  const id = uuid()
  for (const image of images)
    await ann.ask('POST', '/api/answers', {
      answers: [{ uuid: id, task: `1-${image}`, verdict: { kind: 'unsure' } }],
    })
  const { body } = await ann.ask('GET', '/api/answers/mine')
  assert.deepEqual(
    body.map(({ task }: { task: string }) => task),
    [`1-${images[0]}`],
  )
})

test('page by page one gets each of one’s answers once, those of one moment too', async (t) => {
  const { session, images } = await openProject(t, 12)
  const [ann, bea] = [await session('annotator'), await session('annotator')]
  const answers = images.map((image) => ({ uuid: uuid(), task: `1-${image}`, verdict: { kind: 'unsure' } }))
  await ann.ask('POST', '/api/answers', { answers })
  const found: string[] = []
  for (let before = ''; ; ) {
    const { body } = await ann.ask('GET', `/api/answers/mine?limit=5${before && `&before=${before}`}`)
    if (body.length === 0) break
    assert.ok(body.length <= 5)
    found.push(...body.map((answer: { uuid: string }) => answer.uuid))
    before = found.at(-1)!
  }
  assert.deepEqual(found, answers.map((answer) => answer.uuid).toReversed())
  const theirs = await bea.ask('GET', `/api/answers/mine?before=${found[0]}`)
  assert.deepEqual(theirs.body, [], 'and nothing by what is another’s')
})
