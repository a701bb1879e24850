import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { paths, ROLES, type Role } from '../api/paths.ts'
import { formats } from '../formats/formats.ts'
import { removePerson } from '../store/people.ts'
import { ask, openProject, type Session, uuid } from './project.fixture.ts'

type Operation = { operationId: string; 'x-role': Role | 'public' }

test('the role of every route is in the OpenAPI document, and is what the server allows', async (t) => {
  const { app, session, studio } = await openProject(t)
  const owner = await session('owner')
  const { body: document } = await owner.ask('GET', '/api/openapi.json')
  const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        ...operation,
      })),
  )
  assert.deepEqual(operations.map(({ operationId }) => operationId).sort(), Object.keys(paths).sort())
  const sessions: Record<Role, Session> = {
    annotator: await session('annotator'),
    reviewer: await session('reviewer'),
    owner,
  }
  const removed = await session('reviewer')
  await removePerson(studio.store, removed.id, owner.id)
  let cells = 0
  for (const { path, method, operationId, 'x-role': needed } of operations) {
    // They would end the session, or never end.
    if (operationId === 'closeSession' || operationId === 'live') continue
    const url = path.replaceAll(/\{[^}]+\}/g, 'no-such-thing')
    const broken = method === 'GET' ? undefined : '{"broken'
    for (const who of [null, 'removed', ...ROLES] as const) {
      const asker = who === null ? null : who === 'removed' ? removed : sessions[who]
      const { status } = await ask(app, method, url, broken, asker ? { cookie: asker.cookie } : {})
      const may =
        needed === 'public' ||
        (who !== null && who !== 'removed' && ROLES.indexOf(who) >= ROLES.indexOf(needed))
      const refused = who === null || who === 'removed' ? 401 : 403
      // Whoever may not is told so before anybody looks at what they sent.
      if (may)
        assert.ok(
          (status !== 401 && status !== 403) || needed === 'public',
          `${who} ${method} ${path}: ${status}`,
        )
      else assert.equal(status, refused, `${who} ${method} ${path}`)
      cells++
    }
  }
  t.diagnostic(`${cells} cells of the matrix`)
})

test('what is another person’s cannot be taken back, and does not seem to exist', async (t) => {
  const { session } = await openProject(t)
  const [ann, bea] = [await session('annotator'), await session('annotator')]
  const { body } = await ann.ask('POST', '/api/tasks/claim', { count: 1 })
  const answer = { uuid: uuid(), task: body.tasks[0].id, verdict: { kind: 'unsure' } }
  assert.equal((await ann.ask('POST', '/api/answers', { answers: [answer] })).status, 200)
  for (const route of ['undo', 'redo']) {
    const theirs = await bea.ask('POST', `/api/answers/${route}`, { answers: [answer.uuid] })
    const nobodys = await bea.ask('POST', `/api/answers/${route}`, { answers: [uuid()] })
    assert.equal(theirs.status, 404)
    assert.equal(nobodys.status, 404)
  }
  assert.equal((await bea.ask('POST', '/api/answers', { answers: [answer] })).status, 409)
})

test('nobody sees what others said of an image before they said it themselves', async (t) => {
  const { session, images } = await openProject(t)
  const [ann, bea, owner] = [await session('annotator'), await session('annotator'), await session('owner')]
  const { body: made } = await bea.ask('POST', '/api/classes', { uuid: uuid(), name: 'stork' })
  const task = `1-${images[0]}`
  const look = async (): Promise<string[]> => {
    const urls = [
      `/api/tasks/${task}/why`,
      '/api/classes',
      '/api/classes?search=stork',
      `/api/classes/near?name=storks&image=${images[1]}`,
      `/api/classes/${made.class.id}/images`,
      `/api/images/${images[1]}/similar`,
      '/api/answers/mine',
    ]
    return Promise.all(urls.map(async (url) => `${url} ${(await ann.ask('GET', url)).text}`))
  }
  const before = await look()
  const answer = { uuid: uuid(), task, verdict: { kind: 'class', class: made.class.id }, note: 'a stork' }
  assert.equal((await bea.ask('POST', '/api/answers', { answers: [answer] })).status, 200)
  assert.deepEqual(await look(), before)
  const rounds = async () => (await ann.ask('GET', '/api/project')).body.rounds[0]
  assert.equal((await rounds()).disagreements, 0)
  await ann.ask('POST', '/api/answers', {
    answers: [{ uuid: uuid(), task, verdict: { kind: 'not-an-object' } }],
  })
  assert.equal((await rounds()).disagreements, 0, 'and not that others differ')
  assert.equal((await owner.ask('GET', '/api/project')).body.rounds[0].disagreements, 1)
})

test('images are had by their id alone: no path leads out, and a file that was swapped is another image', async (t) => {
  const { session, images, run } = await openProject(t)
  const ann = await session('annotator')
  fs.writeFileSync(join(run, 'secret.txt'), 'top secret')
  const steps = [
    '../',
    '..\\',
    '%2e%2e/',
    '%2e%2e%2f',
    '%252e%252e%252f',
    '..%2f',
    '..%5c',
    '....//',
    '/',
    '//',
    '%00',
    'C:\\',
  ]
  const ends = ['secret.txt', 'etc/passwd', 'studio/owner-link', 'config.json', `${images[0]}/../secret.txt`]
  let tried = 0
  for (const step of steps)
    for (const end of ends) {
      const { status, text } = await ann.ask('GET', `/api/images/${step}${step}${end}`)
      assert.ok([400, 404].includes(status), `${step}${end}: ${status}`)
      assert.ok(!/top secret|root:/.test(text))
      tried++
    }
  assert.equal(tried, 60)
  assert.equal((await ann.ask('GET', `/api/images/${images[1]}?size=small`)).status, 200)
  fs.rmSync(join(run, 'pool', '0.png'))
  fs.symlinkSync(join(run, 'secret.txt'), join(run, 'pool', '0.png'))
  fs.copyFileSync(join(run, 'pool', '2.png'), join(run, 'pool', '1.png'))
  for (const image of [images[0], images[1]])
    assert.equal((await ann.ask('GET', `/api/images/${image}`)).status, 404)
})

test('what comes from elsewhere is refused: other sites, other names of the server, too much, too odd', async (t) => {
  const { app, session } = await openProject(t)
  const owner = await session('owner')
  const change = (headers: Record<string, string>, body: unknown = { overlap: 3 }) =>
    owner.ask('PATCH', '/api/project', body, headers)
  assert.equal((await change({ origin: 'http://localhost' })).status, 200)
  assert.equal((await change({ origin: 'http://evil.example' })).status, 403)
  assert.equal((await change({ origin: 'null' })).status, 403)
  assert.equal((await change({ 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.equal((await owner.ask('GET', '/api/project', undefined, { host: 'evil.example' })).status, 403)
  assert.equal((await change({}, { overlap: 3, admin: true })).status, 400)
  assert.equal((await change({}, '{"__proto__":{"overlap":3}}')).status, 400)
  assert.equal((await change({}, { overlap: 1e9 })).status, 400)
  assert.equal((await owner.ask('GET', '/api/review?sort=secret')).status, 400)
  assert.equal(
    (await owner.ask('POST', '/api/classes', { uuid: uuid(), name: 'x'.repeat(70_000) })).status,
    413,
  )
  const statuses: number[] = []
  for (let i = 0; i < 12; i++)
    statuses.push((await ask(app, 'POST', '/api/session', { token: 'guess' })).status)
  assert.deepEqual([statuses[0], statuses.at(-1)], [401, 429])
})

test('a new session ends the one before, a removed person’s ends at once, and no answer holds a secret', async (t) => {
  const { app, session, studio } = await openProject(t)
  const owner = await session('owner')
  const ann = await session('annotator')
  const again = await ask(app, 'POST', '/api/session', { token: ann.token }, { cookie: ann.cookie })
  const cookie = String(again.headers['set-cookie'])
  assert.match(cookie, /HttpOnly/)
  assert.match(cookie, /SameSite=Strict/)
  const over = await ann.ask('GET', '/api/me')
  assert.deepEqual([over.status, over.headers['clear-site-data']], [401, '"cache"'], 'images go with it')
  const fresh = { cookie: cookie.split(';')[0]! }
  assert.equal((await ask(app, 'GET', '/api/me', undefined, fresh)).status, 200)
  assert.equal((await owner.ask('DELETE', `/api/people/${ann.id}`)).status, 200)
  assert.equal((await ask(app, 'GET', '/api/me', undefined, fresh)).status, 401)
  const hashes = (await studio.store.db.selectFrom('link').select('hash').execute()).map(({ hash }) => hash)
  for (const url of ['/api/project', '/api/me', '/api/openapi.json', '/api/jobs']) {
    const { text } = await owner.ask('GET', url)
    assert.ok(
      hashes.every((hash) => !text.includes(hash)),
      url,
    )
  }
  const { text, headers } = await owner.ask('GET', '/api/people')
  assert.ok(hashes.every((hash) => !text.includes(hash)))
  const policy = String(headers['content-security-policy'])
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
})

test('every format comes back as it went, into a studio that is empty', async (t) => {
  const first = await openProject(t)
  const owner = await first.session('owner')
  const ann = await first.session('annotator')
  const names = ['=cmd|x', '+1', '-2', '@sum', 'o\'heron, "grey"', '鳥 🐦']
  for (const [at, image] of first.images.entries()) {
    const { body } = await ann.ask('POST', '/api/classes', { uuid: uuid(), name: names[at % names.length] })
    const verdict = at % 5 === 4 ? { kind: 'unsure' } : { kind: 'class', class: body.class.id }
    await ann.ask('POST', '/api/answers', {
      answers: [{ uuid: uuid(), task: `1-${image}`, verdict, note: at === 0 ? '=1+1' : undefined }],
    })
  }
  const rows = async (project: typeof first) => {
    const classes = await project.studio.store.classes()
    const found = await project.studio.store.db.selectFrom('answer').selectAll().orderBy('uuid').execute()
    return found.map(({ uuid: id, task, kind, class: given, note, at, undone }) => ({
      id,
      task,
      kind,
      name: given && classes.get(given)!.name,
      note,
      at,
      undone,
    }))
  }
  const csv = (await owner.ask('GET', '/api/export?format=csv')).text
  assert.doesNotMatch(csv, /(^|,)"?[=+@]/m)
  for (const format of Object.keys(formats)) {
    const reply = await first.app.inject({
      method: 'GET',
      url: `/api/export?format=${format}`,
      headers: { host: 'localhost', cookie: owner.cookie },
    })
    assert.equal(reply.statusCode, 200)
    const second = await openProject(t)
    const there = await second.session('owner')
    const border = 'x0x0x'
    const payload = Buffer.concat([
      Buffer.from(`--${border}\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n`),
      reply.rawPayload,
      Buffer.from(`\r\n--${border}--\r\n`),
    ])
    const send = () =>
      second.app.inject({
        method: 'POST',
        url: `/api/import?format=${format}`,
        headers: {
          host: 'localhost',
          cookie: there.cookie,
          'content-type': `multipart/form-data; boundary=${border}`,
        },
        payload,
      })
    const taken = (await send()).json()
    assert.deepEqual([taken.answers, taken.problems], [first.images.length, []], format)
    assert.deepEqual(await rows(second), await rows(first), format)
    assert.equal((await send()).json().repeated, first.images.length, `${format}, a second time`)
  }
})

test('bombs and what is no image are refused quickly', async (t) => {
  const { studio, session, images, run } = await openProject(t, 3)
  const ann = await session('annotator')
  // A PNG that says it is 30,000 x 30,000 and holds next to nothing.
  const real = fs.readFileSync(join(run, 'pool', '0.png'))
  const bomb = Buffer.from(real)
  bomb.writeUInt32BE(30_000, 16)
  bomb.writeUInt32BE(30_000, 20)
  for (const bytes of [
    bomb,
    Buffer.alloc(0),
    Buffer.from('GIF89a not an image'),
    Buffer.from('<svg onload=alert(1)>'),
  ]) {
    fs.writeFileSync(join(run, 'pool', '0.png'), bytes)
    const start = performance.now()
    assert.equal((await ann.ask('GET', `/api/images/${images[0]}?size=small`)).status, 404)
    assert.ok(performance.now() - start < 500)
  }
  assert.equal(await studio.images.small('0'.repeat(64)), null)
})
