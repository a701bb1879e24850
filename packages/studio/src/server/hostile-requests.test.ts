// Requests that no page of ours sends.

import assert from 'node:assert/strict'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { everyRoute } from './every-route.fixture.ts'
import { openProject, uuid } from './project.fixture.ts'

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

test('bodies that are too deep, poisoned, of another type or no JSON are refused by every route', async (t) => {
  const project = await openProject(t)
  const owner = await project.session('owner')
  let refused = 0
  for (const [name, { method, url, headers }] of await everyRoute(project, owner)) {
    if (method === 'GET' || headers) continue
    const bodies = [
      nested(33),
      nested(5000),
      '{"__proto__":{"a":1}}',
      '{"constructor":{"prototype":{}}}',
      '[]',
      '{',
      '"x"',
      '1',
    ]
    for (const body of bodies) {
      const { status, text } = await owner.ask(method, url, body)
      assert.ok(
        status === 400 || (name === 'openSession' && status === 429),
        `${name} ${body.slice(0, 40)}: ${status} ${text}`,
      )
      refused++
    }
    const { status } = await owner.ask(method, url, '<a/>', { 'content-type': 'application/xml' })
    assert.ok(status === 415 || status === 429, `${name}: ${status}`)
  }
  assert.equal(Object.hasOwn(Object.prototype, 'a'), false)
  t.diagnostic(`${refused} bodies`)
})

test('a body may be nested 32 deep, and hold 64 kB; a form one file', async (t) => {
  const { session } = await openProject(t, 3)
  const owner = await session('owner')
  const send = (body: string) => owner.ask('PATCH', '/api/project', body)
  // What the schema says of it comes after.
  const allowed = await send(nested(32))
  assert.equal(allowed.status, 400)
  assert.doesNotMatch(allowed.body.message, /deep/)
  for (const depth of [33, 10_000]) {
    const { status, body } = await send(nested(depth))
    assert.deepEqual([status, body.message], [400, 'expected JSON nested at most 32 deep'])
  }
  const padded = (size: number) => `{"overlap":2${' '.repeat(size - 13)}}`
  assert.equal((await send(padded(65_536))).status, 200)
  assert.equal((await send(padded(65_537))).status, 413)
  const part = '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n\r\n'
  const type = { 'content-type': 'multipart/form-data; boundary=x' }
  const files = (count: number) =>
    owner.ask('POST', '/api/import?format=jsonl', Buffer.from(`${part.repeat(count)}--x--\r\n`), type)
  assert.equal((await files(1)).status, 200)
  for (const count of [2, 100]) assert.equal((await files(count)).status, 413)
})

test('every kind of answer carries the policy: pages, data, images, files, streams, errors', async (t) => {
  const web = fs.mkdtempSync(join(tmpdir(), 'oltr-web-'))
  t.after(() => fs.rmSync(web, { recursive: true }))
  fs.writeFileSync(join(web, 'index.html'), '<!doctype html>')
  fs.writeFileSync(join(web, 'sw.js'), '')
  const { app, images, session } = await openProject(t, 3, { web })
  const { cookie } = await session('owner')
  const kinds: [string, number][] = [
    ['/', 200],
    ['/sw.js', 200],
    ['/nothing', 404],
    ['/api/me', 200],
    ['/api/nothing', 404],
    [`/api/images/${images[0]}`, 200],
    [`/api/images/${'0'.repeat(64)}`, 404],
    ['/api/images/x', 400],
    ['/api/export?format=csv', 200],
    ['/api/live', 200],
    ['/api/images/%zz', 400],
    [`/api/images/${'0'.repeat(500)}`, 404],
  ]
  for (const [url, status] of kinds) {
    const reply = await app.inject({ url, headers: { host: 'localhost', cookie }, payloadAsStream: true })
    reply.stream().destroy()
    assert.equal(reply.statusCode, status, url)
    const policy = String(reply.headers['content-security-policy'])
    assert.match(policy, /default-src '(self|none)'/, url)
    assert.match(policy, /frame-ancestors 'none'/, url)
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/, url)
    assert.equal(reply.headers['x-content-type-options'], 'nosniff', url)
  }
  const anonymous = await app.inject({ url: '/api/me', headers: { host: 'localhost' } })
  assert.equal(anonymous.statusCode, 401)
  assert.match(String(anonymous.headers['content-security-policy']), /frame-ancestors 'none'/)
})

test('hostile names are kept and given back as the text that they are', async (t) => {
  const { session, images } = await openProject(t, 3)
  const owner = await session('owner')
  const names = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'; drop table answer; --",
    '{{7*7}}',
    'constructor',
    '../../etc',
  ]
  for (const name of names) {
    const made = await owner.ask('POST', '/api/classes', { uuid: uuid(), name })
    assert.equal(made.status, 200, made.text)
    assert.equal(made.body.class.name, name)
    assert.match(String(made.headers['content-type']), /^application\/json/)
    const { body } = await owner.ask('GET', `/api/classes?search=${encodeURIComponent(name)}`)
    assert.ok(
      body.classes.some((each: { name: string }) => each.name === name),
      name,
    )
    const invited = await owner.ask('POST', '/api/people', { name, role: 'annotator' })
    assert.equal(invited.body.person.name, name)
  }
  const note = `${names.join(' ')}\0\ud800`
  await owner.ask('POST', '/api/answers', {
    answers: [{ uuid: uuid(), task: `1-${images[0]}`, verdict: { kind: 'unsure' }, note }],
  })
  const [mine] = (await owner.ask('GET', '/api/answers/mine')).body
  assert.equal(mine.note, `${names.join(' ')}\ufffd\ufffd`)
})

test('a name that grows when it is normalised is refused, and locks nobody out', async (t) => {
  const { session } = await openProject(t, 3)
  const owner = await session('owner')
  const name = '\ufb2c'.repeat(128)
  assert.equal(name.normalize('NFC').length, 384)
  assert.equal((await owner.ask('POST', '/api/people', { name, role: 'annotator' })).status, 400)
  assert.equal((await owner.ask('GET', '/api/people')).status, 200)
})

test('ids of what does not exist are not found', async (t) => {
  const { session } = await openProject(t, 3)
  const owner = await session('owner')
  const none = { class: `c-${uuid()}`, image: '0'.repeat(64), task: `1-${'0'.repeat(64)}` }
  const verdict = { kind: 'unsure' }
  const asked: [string, string, unknown?][] = [
    ['POST', `/api/people/p-${uuid()}/link`],
    ['DELETE', `/api/people/p-${uuid()}`],
    ['GET', `/api/tasks/${none.task}/why`],
    ['POST', '/api/answers', { answers: [{ uuid: uuid(), task: none.task, verdict }] }],
    ['POST', '/api/answers/undo', { answers: [uuid()] }],
    ['GET', `/api/classes/${none.class}/images`],
    ['PATCH', `/api/classes/${none.class}`, { uuid: uuid(), name: 'x' }],
    ['POST', `/api/classes/${none.class}/aliases`, { uuid: uuid(), name: 'x' }],
    ['GET', `/api/classes/${none.class}/merge-preview?into=${none.class}`],
    ['POST', `/api/classes/${none.class}/merge`, { uuid: uuid(), into: none.class }],
    ['POST', `/api/classes/${none.class}/distinct`, { uuid: uuid(), other: none.class }],
    ['POST', `/api/classes/${none.class}/split`, { uuid: uuid(), name: 'x', images: [none.image] }],
    ['POST', '/api/review/decide', { decision: 'reopen', uuid: uuid(), task: none.task }],
    ['POST', '/api/review/control', { uuid: uuid(), task: none.task, class: null }],
    ['GET', `/api/images/${none.image}`],
    ['GET', `/api/images/${none.image}/similar`],
    ['GET', '/api/review?round=9'],
    ['GET', '/api/map?round=9'],
    ['GET', '/api/recognised?round=9'],
    ['POST', '/api/versions/use', { version: 9 }],
    ['POST', '/api/jobs', { kind: 'update', round: 9 }],
    ['POST', `/api/jobs/j-${uuid()}/cancel`],
  ]
  for (const [method, url, body] of asked) {
    const { status, text } = await owner.ask(method, url, body)
    assert.equal(status, 404, `${method} ${url}: ${status} ${text}`)
  }
})

test('a removed person’s stream of changes ends', async (t) => {
  const { app, session } = await openProject(t, 3)
  const [ann, owner] = [await session('annotator'), await session('owner')]
  const reply = await app.inject({
    url: '/api/live',
    headers: { host: 'localhost', cookie: ann.cookie },
    payloadAsStream: true,
  })
  const ended = new Promise((resolve) => reply.stream().on('end', resolve).on('close', resolve).resume())
  await owner.ask('DELETE', `/api/people/${ann.id}`)
  const late = setTimeout(() => assert.fail('the stream goes on'), 5000)
  await ended
  clearTimeout(late)
})
