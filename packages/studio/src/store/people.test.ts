import assert from 'node:assert/strict'
import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { onBoth, opened, sqlite } from './databases.fixture.ts'
import { invite, openSession, personOf, removePerson } from './people.ts'
import { openRound } from './round.fixture.ts'

const DAY = 86_400_000

test('no byte of the files of a store tells a token', async (t) => {
  const store = await opened(t, sqlite)
  await openRound(store, 3)
  const { token } = await invite(store, { name: 'Ann', role: 'owner' }, 'system')
  const { session } = (await openSession(store, token))!
  const folder = dirname(store.place)
  const files = fs.readdirSync(folder).map((name) => fs.readFileSync(join(folder, name)))
  assert.ok(
    files.some((bytes) => bytes.includes('Ann')),
    'what was kept is there',
  )
  for (const secret of [token, session])
    for (const text of [Buffer.from(secret), Buffer.from(secret, 'base64url')])
      assert.ok(files.every((bytes) => !bytes.includes(text)))
})

onBoth('two owners who remove each other at once leave one', async (t, database) => {
  const store = await opened(t, database)
  const owners = []
  for (const name of ['Ann', 'Bea'])
    owners.push((await invite(store, { name, role: 'owner' }, 'system')).person.id)
  const [ann, bea] = owners as [string, string]
  const ends = await Promise.allSettled([removePerson(store, bea, ann), removePerson(store, ann, bea)])
  const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
  assert.equal(refused.length, 1)
  assert.match(refused[0].message, /the last owner cannot be removed/)
})

onBoth(
  'a name is one person, however it is written, and free again when they are gone',
  async (t, database) => {
    const store = await opened(t, database)
    const joining = await Promise.allSettled(
      ['Zoë', 'ZOË', ' zoe\u0308 '].map((name) => invite(store, { name, role: 'annotator' }, 'system')),
    )
    const [joined, ...more] = joining.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    assert.equal(more.length, 0)
    await removePerson(store, joined!.person.id, 'system')
    await invite(store, { name: 'zoë', role: 'annotator' }, 'system')
  },
)

onBoth('a session that nobody uses for a month ends, one in use does not', async (t, database) => {
  let clock = 1_000_000_000
  const store = await opened(t, database, () => clock)
  const { token } = await invite(store, { name: 'Ann', role: 'annotator' }, 'system')
  const { session } = (await openSession(store, token))!
  for (let week = 0; week < 10; week++) {
    clock += 7 * DAY
    assert.ok(await personOf(store, session))
  }
  clock += 31 * DAY
  assert.equal(await personOf(store, session), null)
})
