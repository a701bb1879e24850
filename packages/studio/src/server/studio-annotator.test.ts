import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Answer, collectAnswers } from 'oltr/exploration'
import { giveAnswers } from '../store/answers.ts'
import { createClass, knownClassId } from '../store/class-changes.ts'
import { event } from '../store/events.ts'
import { openProject, uuid } from './project.fixture.ts'
import { StudioAnnotator } from './studio-annotator.ts'

const named = (image: string, id: string) => ({
  uuid: uuid(),
  task: `1-${image}`,
  verdict: { kind: 'class' as const, class: id },
})
const deadline = () => AbortSignal.timeout(20_000)

test('people are an annotator: what they agree on comes out as they come to agree', async (t) => {
  const { studio, run, session } = await openProject(t, 4)
  const [ann, bea] = [await session('annotator'), await session('reviewer')]
  const { asked } = studio.run.round(1).selection
  const [first, second, third] = asked.map(({ id }) => id) as [string, string, string]
  const { id: stork } = await createClass(studio.store, { uuid: uuid(), name: 'stork' }, ann.id)
  const heron = knownClassId('heron')

  const came: Answer[] = []
  const file = join(run, 'rounds', '1', 'answers.jsonl')
  const collected = collectAnswers(
    [new StudioAnnotator(studio, 1, { wait: deadline() })],
    asked.slice(0, 3),
    {
      file,
      overlap: 1,
    },
  )
  const annotator = new StudioAnnotator(studio, 1, { wait: deadline() })
  const watched = (async () => {
    for await (const answer of annotator.answer(asked.slice(0, 3))) came.push(answer)
  })()

  await giveAnswers(studio.store, ann.id, [named(first, stork), named(second, heron), named(third, heron)])
  // One of two voices is no agreement yet.
  assert.equal(came.length, 0)
  await giveAnswers(studio.store, bea.id, [named(second, heron)])
  while (came.length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual(came, [{ kind: 'class', name: 'heron', question: second, annotator: 'studio' }])
  await giveAnswers(studio.store, bea.id, [named(first, stork), named(third, stork)])
  // The third is a tie, until a reviewer settles it.
  await studio.store.add([
    event('review.settled', { task: `1-${third}`, verdict: { kind: 'class', class: stork } }, bea.id, uuid()),
  ])
  await watched
  const said = (answers: readonly Answer[]) =>
    new Map(answers.map((one) => [one.question, 'name' in one ? one.name : one.kind]))
  const agreed = new Map([
    [first, 'stork'],
    [second, 'heron'],
    [third, 'stork'],
  ])
  assert.deepEqual(said(came), said(await collected))
  for (const [image, name] of agreed) assert.equal(said(came).get(image), name)
  assert.equal(came.length, 3)
})

test('without waiting an annotator says what people agree on now; waiting ends when nobody waits', async (t) => {
  const { studio, session } = await openProject(t, 4)
  const ann = await session('annotator')
  const { asked } = studio.run.round(1).selection
  await giveAnswers(studio.store, ann.id, [named(asked[0]!.id, knownClassId('coot'))])
  const now = await Array.fromAsync(new StudioAnnotator(studio, 1).answer(asked))
  assert.deepEqual(now, [{ kind: 'class', name: 'coot', question: asked[0]!.id, annotator: 'studio' }])
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 50)
  const waiting = new StudioAnnotator(studio, 1, { wait: stop.signal })
  assert.deepEqual(await Array.fromAsync(waiting.answer(asked)), [])
  await assert.rejects(Array.fromAsync(new StudioAnnotator(studio, 7).answer(asked)), /there is no round 7/)
})
