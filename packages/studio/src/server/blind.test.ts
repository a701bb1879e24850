// Nobody is swayed: before they have said what they see, an annotator's pages are the same whatever others said.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths } from '../api/paths.ts'
import { openProject, type Project, type Session, uuid } from './project.fixture.ts'

/** Everything that an annotator may read, walked with every class, image and task that there is. */
async function everythingReadable({ studio, images }: Project, who: Session): Promise<Map<string, string>> {
  const classes = [...(await studio.store.classes()).live()].map(({ id, name }) => ({ id, name }))
  const urls: Record<string, string[]> = {
    me: ['/api/me'],
    project: ['/api/project'],
    myAnswers: ['/api/answers/mine'],
    whyTask: images.map((image) => `/api/tasks/1-${image}/why`),
    searchClasses: ['', ...classes.map(({ name }) => name)].map((name) => `/api/classes?search=${name}`),
    nearClasses: images.flatMap((image) =>
      classes.map(({ name }) => `/api/classes/near?name=${name}s&image=${image}`),
    ),
    classImages: classes.map(({ id }) => `/api/classes/${id}/images`),
    image: images.map((image) => `/api/images/${image}?size=small`),
    similarImages: images.map((image) => `/api/images/${image}/similar`),
  }
  const expected = Object.entries(paths)
    .filter(([name, { method, role }]) => method === 'GET' && role === 'annotator' && name !== 'live')
    .map(([name]) => name)
  assert.deepEqual(Object.keys(urls).sort(), expected.sort(), 'a new route is walked too')
  const seen = new Map<string, string>()
  for (const url of Object.values(urls).flat()) {
    const { status, body, text } = await who.ask('GET', url)
    assert.equal(status, 200, url)
    seen.set(url, url === '/api/project' ? withoutProgress(body) : text)
  }
  const { body } = await who.ask('POST', '/api/tasks/claim', { round: 1, count: 200 })
  seen.set(
    'claim',
    JSON.stringify(body, (key, value) => (key === 'until' || key === 'now' ? 0 : value)),
  )
  return seen
}

/** How much is done is no secret: only what was said. */
function withoutProgress(project: { rounds: Record<string, unknown>[] }): string {
  const rounds = project.rounds.map(({ done, answers, wanted, ...rest }) => rest)
  return JSON.stringify({ ...project, rounds })
}

const VERDICTS = (stork: string) => [
  { kind: 'class', class: stork },
  { kind: 'known' },
  { kind: 'unsure' },
  { kind: 'not-an-object' },
  { kind: 'several-objects' },
  { kind: 'skip' },
]

test('no byte of what others said is read before one has said it oneself', async (t) => {
  const project = await openProject(t, 6)
  const [ann, bea] = [await project.session('annotator'), await project.session('annotator')]
  const { body: made } = await bea.ask('POST', '/api/classes', { uuid: uuid(), name: 'stork' })
  const before = await everythingReadable(project, ann)
  const answers = VERDICTS(made.class.id).map((verdict, at) => ({
    uuid: uuid(),
    task: `1-${project.images[at]}`,
    verdict,
    note: 'said by bea',
  }))
  assert.equal((await bea.ask('POST', '/api/answers', { answers })).status, 200)
  await bea.ask('POST', '/api/answers/undo', { answers: [answers[1]!.uuid] })
  const after = await everythingReadable(project, ann)
  for (const [url, text] of after) assert.equal(text, before.get(url), url)
  t.diagnostic(`${after.size} answers compared`)
})

test('a skip, or an answer taken back, shows nothing of what others said either', async (t) => {
  const project = await openProject(t, 3)
  const [ann, bea] = [await project.session('annotator'), await project.session('annotator')]
  const { body: made } = await bea.ask('POST', '/api/classes', { uuid: uuid(), name: 'stork' })
  const task = `1-${project.images[0]}`
  const say = (who: Session, verdict: object) => {
    const answer = { uuid: uuid(), task, verdict }
    return who.ask('POST', '/api/answers', { answers: [answer] }).then(() => answer.uuid)
  }
  await say(bea, { kind: 'class', class: made.class.id })
  const storks = async (): Promise<number> =>
    (await ann.ask('GET', '/api/classes?search=stork')).body.classes[0].named
  await say(ann, { kind: 'skip' })
  assert.equal(await storks(), 0)
  const own = await say(ann, { kind: 'unsure' })
  assert.equal(await storks(), 1, 'who has spoken may look')
  await ann.ask('POST', '/api/answers/undo', { answers: [own] })
  assert.equal(await storks(), 0)
})

test('an uuid that somebody else has used does not say what for', async (t) => {
  const { session, images } = await openProject(t, 3)
  const [ann, bea] = [await session('annotator'), await session('annotator')]
  const answer = { uuid: uuid(), task: `1-${images[0]}`, verdict: { kind: 'unsure' } }
  await bea.ask('POST', '/api/answers', { answers: [answer] })
  const { status, text } = await ann.ask('POST', '/api/classes', { uuid: answer.uuid, name: 'stork' })
  assert.equal(status, 409, text)
  assert.doesNotMatch(text, /unsure|answer/)
})
