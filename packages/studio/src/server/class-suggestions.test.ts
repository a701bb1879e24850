// What one reviewer says of two classes holds for all.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openProject, uuid } from './project.fixture.ts'

test('classes that one reviewer keeps apart are suggested to nobody, nor merged, until that is undone', async (t) => {
  const { session, images } = await openProject(t)
  const [ann, bea] = [await session('reviewer'), await session('reviewer')]
  const ids: string[] = []
  for (const name of ['black stork', 'black storks']) {
    const { body } = await ann.ask('POST', '/api/classes', { uuid: uuid(), name })
    ids.push(body.class.id)
  }
  const answers = images.slice(0, 6).map((image, at) => ({
    ...{ uuid: uuid(), task: `1-${image}`, verdict: { kind: 'class', class: ids[at % 2] } },
  }))
  await ann.ask('POST', '/api/answers', { answers })
  const suggested = async (): Promise<string[][]> =>
    (await bea.ask('GET', '/api/class-suggestions')).body.map(
      ({ from, into }: Record<'from' | 'into', { id: string }>) => [from.id, into.id].sort(),
    )
  const pair = ids.toSorted()
  assert.deepEqual(await suggested(), [pair])

  const [left, right] = ids
  const change = { uuid: uuid(), other: right }
  assert.equal((await ann.ask('POST', `/api/classes/${left}/distinct`, change)).status, 200)
  assert.equal((await ann.ask('POST', `/api/classes/${left}/distinct`, change)).status, 200, 'sent twice')
  assert.deepEqual(await suggested(), [])
  const merge = await bea.ask('POST', `/api/classes/${right}/merge`, { uuid: uuid(), into: left })
  assert.deepEqual([merge.status, merge.body.error], [409, 'conflict'])
  const { body: preview } = await bea.ask('GET', `/api/classes/${right}/merge-preview?into=${left}`)
  assert.match(preview.problem, /are not the same/)

  const { body: history } = await bea.ask('GET', '/api/class-history')
  assert.deepEqual(
    [history[0].kind, history[0].text],
    ['distinct', '"black stork" and "black storks" are not the same'],
  )
  await bea.ask('POST', '/api/class-history/undo', { uuid: uuid(), event: change.uuid })
  assert.deepEqual(await suggested(), [pair])
})
