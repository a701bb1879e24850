// Guesses end after ten; people who hold a link come in, however many.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FailedTries } from './failed-tries.ts'
import { ask, openProject, type Reply } from './project.fixture.ts'

test('twenty people come in from one address within a minute, at once or one after the other', async (t) => {
  const { app, session } = await openProject(t, 3)
  const tokens: string[] = []
  for (let at = 0; at < 20; at++) tokens.push((await session('annotator')).token)
  const enter = (token: string): Promise<Reply> => ask(app, 'POST', '/api/session', { token })
  const statuses = new Set((await Promise.all(tokens.map(enter))).map(({ status }) => status))
  for (const token of tokens) statuses.add((await enter(token)).status)
  assert.deepEqual([...statuses], [200])
})

test('the eleventh wrong guess of an address is refused, at once or one after the other, and so is a right one', async (t) => {
  for (const together of [false, true]) {
    const { app, session } = await openProject(t, 3)
    const { token } = await session('annotator')
    const statuses: number[] = []
    const guess = async (_: unknown, at: number): Promise<void> => {
      statuses[at] = (await ask(app, 'POST', '/api/session', { token: `guess ${at}` })).status
    }
    const guesses = Array.from({ length: 11 })
    if (together) await Promise.all(guesses.map(guess))
    else for (const at of guesses.keys()) await guess(null, at)
    assert.deepEqual(statuses, [...Array(10).fill(401), 429])
    const { status, body } = await ask(app, 'POST', '/api/session', { token })
    assert.deepEqual([status, body.error], [429, 'too-often'])
  }
})

test('a minute after the first wrong guess another is allowed; other addresses never waited', async () => {
  let clock = 0
  const tries = new FailedTries(() => clock)
  const wrong = (address: string) => tries.try(address, async () => null)
  for (let at = 0; at < 10; at++) assert.equal(await wrong('a'), null)
  assert.equal(await wrong('a'), 'too-often')
  assert.equal(await wrong('b'), null)
  clock = 60_000
  assert.equal(await wrong('a'), null)
})
