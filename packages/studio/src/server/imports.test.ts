// Files that somebody brings: whatever is in them, all of it is kept or nothing, and nothing is fetched, unpacked or run.

import assert from 'node:assert/strict'
import dns from 'node:dns'
import net from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { formats } from '../formats/formats.ts'
import { openProject, type Reply, type Session, upload, uuid } from './project.fixture.ts'

function send(who: Session, format: string, content: string | Buffer): Promise<Reply> {
  const { payload, type } = upload(content)
  return who.ask('POST', `/api/import?format=${format}`, payload, { 'content-type': type })
}

const record = (image: string, change: object = {}) => ({
  uuid: uuid(),
  round: 1,
  image,
  file: 'a.png',
  width: null,
  height: null,
  annotator: 'Ada',
  kind: 'class',
  className: 'stork',
  note: null,
  at: 1,
  undone: false,
  consensus: null,
  ...change,
})
const lines = (...records: object[]): string => records.map((one) => `${JSON.stringify(one)}\n`).join('')

function tarOf(name: string, content: string | Buffer): Promise<Buffer> {
  const archive = pack()
  archive.entry({ name }, content)
  archive.finalize()
  return Array.fromAsync(archive).then((parts) => Buffer.concat(parts as Buffer[]))
}

test('files that are broken, packed, cut short or of another format are refused with a reason', async (t) => {
  const { session, studio, images } = await openProject(t, 3)
  const owner = await session('owner')
  const bomb = gzipSync(Buffer.alloc(100_000_000), { level: 9 })
  const tar = await tarOf('manifest.jsonl', lines(record(images[0]!)))
  const before = process.memoryUsage.rss()
  for (const format of Object.keys(formats))
    for (const content of [bomb, Buffer.from([0xff, 0xfe, 0, 1]), 'x,y\n"', '{"a":'.repeat(100_000), '[[[']) {
      const start = performance.now()
      const { status, text } = await send(owner, format, content)
      assert.equal(status, 400, `${format}: ${status} ${text}`)
      assert.ok(performance.now() - start < 2000)
    }
  for (const content of [tar.subarray(0, 700), await tarOf('../manifest.jsonl', 'x'), gzipSync(tar)])
    assert.equal((await send(owner, 'folders', content)).status, 400)
  const grown = (process.memoryUsage.rss() - before) / 1e6
  t.diagnostic(
    `${(bomb.length / 1000).toFixed(0)} kB that unpack to 100 MB: ${grown.toFixed(0)} MB more memory`,
  )
  assert.ok(grown < 100)
  assert.equal((await studio.store.db.selectFrom('answer').selectAll().execute()).length, 0)
})

test('a file of over 20 MB is refused, in every format', async (t) => {
  const { session } = await openProject(t, 3)
  const owner = await session('owner')
  const large = Buffer.alloc(20 * 1024 * 1024 + 1, `${' '.repeat(1000)}\n`)
  for (const format of ['jsonl', 'coco']) assert.equal((await send(owner, format, large)).status, 413, format)
  assert.equal((await send(owner, 'folders', await tarOf('a.png', large))).status, 413)
})

test('no address in a file is fetched: the server opens no connection of its own', async (t) => {
  const { session, images } = await openProject(t, 3)
  const owner = await session('owner')
  const opened: unknown[] = []
  t.mock.method(net.Socket.prototype, 'connect', (...where: unknown[]) => {
    opened.push(where)
    throw new Error('a connection')
  })
  t.mock.method(dns, 'lookup', (name: unknown) => opened.push(name))
  const url = 'http://169.254.169.254/latest/meta-data'
  const task = { data: { image: url }, annotations: [{ result: [{ value: { choices: ['x'] } }] }] }
  assert.equal((await send(owner, 'label-studio', JSON.stringify([task]))).status, 400)
  const coco = { images: [{ id: 1, file_name: url, coco_url: url }], annotations: [], categories: [] }
  await send(owner, 'coco', JSON.stringify(coco))
  const known = record(images[0]!, { file: url, className: url, annotator: url, note: url })
  assert.equal((await send(owner, 'jsonl', lines(known))).body.answers, 1)
  await owner.ask('GET', '/api/export?format=folders')
  await owner.ask('GET', `/api/images/${images[0]}`)
  assert.deepEqual(opened, [])
})

test('people and classes of a file get names that the pages can show, or its lines are named as problems', async (t) => {
  const { session, images, studio } = await openProject(t, 3)
  const owner = await session('owner')
  const image = images[0]!
  const { body } = await send(
    owner,
    'jsonl',
    lines(
      record(image, { annotator: 'x'.repeat(4000) }),
      record(image, { annotator: ' ' }),
      record(image, { annotator: 'nul\0' }),
      record(image, { className: '\u202e' }),
      record('f'.repeat(64)),
    ),
  )
  assert.deepEqual([body.answers, body.problems.length], [1, 4])
  assert.equal((await send(owner, 'jsonl', lines(record(image, { annotator: 'nul\0' })))).body.answers, 1)
  const { status, body: everybody } = await owner.ask('GET', '/api/people')
  assert.equal(status, 200)
  assert.equal(everybody.filter(({ removed }: { removed: boolean }) => removed).length, 1)
  assert.equal((await studio.store.db.selectFrom('answer').selectAll().execute()).length, 2)
})

test('a line that comes twice is one answer, and a class that was renamed since is made anew', async (t) => {
  const { session, images } = await openProject(t, 3)
  const owner = await session('owner')
  const one = record(images[0]!)
  const { body } = await send(owner, 'jsonl', lines(one, one))
  assert.deepEqual([body.answers, body.repeated, body.newClasses], [1, 1, 1])
  const [stork] = (await owner.ask('GET', '/api/classes?search=stork')).body.classes
  await owner.ask('PATCH', `/api/classes/${stork.id}`, { uuid: uuid(), name: 'crane' })
  const again = await send(owner, 'jsonl', lines(record(images[1]!)))
  assert.equal(again.status, 200, again.text)
  assert.equal(again.body.answers, 1)
})

test('what a reviewer settled comes along in every format, once, and never over what was decided here', async (t) => {
  const { session, images } = await openProject(t, 6)
  const owner = await session('owner')
  const made = await owner.ask('POST', '/api/classes', { uuid: uuid(), name: '=stork' })
  const verdicts = [
    { kind: 'class', class: made.body.class.id },
    { kind: 'not-an-object' },
    { kind: 'several-objects' },
    null,
    { kind: 'known' },
  ]
  const task = (at: number): string => `1-${images[at]}`
  const answers = verdicts.map((_, at) => ({ uuid: uuid(), task: task(at), verdict: { kind: 'unsure' } }))
  await owner.ask('POST', '/api/answers', { answers })
  for (const [at, verdict] of verdicts.entries())
    if (verdict)
      await owner.ask('POST', '/api/review/decide', {
        decision: 'approve',
        uuid: uuid(),
        task: task(at),
        verdict,
      })
  const settledIn = async (who: Session) =>
    (await who.ask('GET', '/api/review?show=settled')).body.items.map(
      (item: { task: string; settled: { text: string; by: string } }) => [item.task, item.settled.text],
    )
  const expected = await settledIn(owner)
  assert.equal(expected.length, 4)
  for (const format of Object.keys(formats)) {
    const reply = await owner.ask('GET', `/api/export?format=${format}`)
    const there = await openProject(t, 6)
    const other = await there.session('owner')
    const first = await send(other, format, reply.bytes)
    assert.deepEqual(
      [first.status, first.body.answers, first.body.settled],
      [200, 5, 4],
      `${format} ${first.text}`,
    )
    assert.deepEqual(await settledIn(other), expected, format)
    const by = await there.studio.store.db.selectFrom('task').select('settled_by').distinct().execute()
    assert.ok(by.some(({ settled_by }) => settled_by === other.id))
    const again = await send(other, format, reply.bytes)
    assert.deepEqual([again.body.answers, again.body.settled], [0, 0])
    for (const [at, decision] of [
      [0, { decision: 'reopen' }],
      [1, { decision: 'approve', verdict: { kind: 'unsure' } }],
    ] as const)
      await other.ask('POST', '/api/review/decide', { ...decision, uuid: uuid(), task: task(at) })
    assert.equal((await send(other, format, reply.bytes)).body.settled, 0)
    assert.equal((await settledIn(other)).length, 3)
  }
})

test('a settled class that cannot be is a problem and nothing else; a file from before there was any is read', async (t) => {
  const { session, images, studio } = await openProject(t, 3)
  const owner = await session('owner')
  const bad = { settled: 'class', settledClass: '\u202e', settledBy: 'Grace' }
  const { body } = await send(owner, 'jsonl', lines(record(images[0]!, bad), record(images[0]!, bad)))
  assert.deepEqual([body.answers, body.settled, body.problems.length], [2, 0, 1])
  assert.equal((await send(owner, 'jsonl', lines(record(images[0]!, { settled: 'class' })))).status, 400)
  assert.equal((await send(owner, 'jsonl', lines(record(images[0]!, { settledBy: 'Grace' })))).status, 400)
  const { text } = await owner.ask('GET', '/api/export?format=csv')
  assert.match(text, /,settled,settledClass,settledBy\r\n/)
  const before = text.replace(/,settled,settledClass,settledBy\r\n/, '\r\n').replaceAll(/,,,\r\n/g, '\r\n')
  assert.equal((await send(owner, 'csv', before)).body.repeated, 2)
  assert.equal(
    (await studio.store.db.selectFrom('task').where('settled', 'is not', null).selectAll().execute()).length,
    0,
  )
})

test('cells that a spreadsheet would run are text, and come back exactly', async (t) => {
  const [first, second] = [await openProject(t, 12), await openProject(t, 12)]
  const [owner, there] = [await first.session('owner'), await second.session('owner')]
  const texts = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    "'=1",
    "''@",
    '=cmd|"/c calc"!A1',
    '＝1',
    'a,"b"\nc',
  ]
  await owner.ask('POST', '/api/answers', {
    answers: texts.map((text, at) => ({
      uuid: uuid(),
      task: `1-${first.images[at]}`,
      verdict: { kind: 'unsure' },
      // The edges of a note are cut off when it is given.
      note: `${text}x`,
    })),
  })
  const { text: csv } = await owner.ask('GET', '/api/export?format=csv')
  assert.doesNotMatch(csv, /(^|,)"?[=+\-@\t\r＝](?!\n)/m)
  assert.equal((await send(there, 'csv', csv)).body.answers, texts.length)
  const notes = async ({ studio }: typeof first) =>
    (await studio.store.db.selectFrom('answer').select('note').orderBy('task').execute()).map(
      ({ note }) => note,
    )
  assert.deepEqual(await notes(second), await notes(first))
})
