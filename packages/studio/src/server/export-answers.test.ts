// What an export reads: every answer, by image, with what was agreed on.

import assert from 'node:assert/strict'
import { randomUUID as uuid } from 'node:crypto'
import { giveAnswers, setUndone } from '../store/answers.ts'
import { createClass } from '../store/class-changes.ts'
import { onBoth, opened } from '../store/databases.fixture.ts'
import { event } from '../store/events.ts'
import { imageOf, openRound, people, taskOf } from '../store/round.fixture.ts'
import { annotationRecords } from './export-answers.ts'

onBoth(
  'answers come in the order of the queue, whatever page they are on, with what is agreed on',
  async (t, database) => {
    const store = await opened(t, database)
    await openRound(store, 120)
    const [ann, bob, cyd] = (await people(store, 3)) as [string, string, string]
    const idOf = async (name: string): Promise<string> =>
      (await createClass(store, { uuid: uuid(), name }, ann)).id
    const [stork, crane] = [await idOf('stork'), await idOf('crane')]
    const say = async (who: string, task: string, name: string | null): Promise<string> => {
      const verdict = name === null ? { kind: 'skip' as const } : { kind: 'class' as const, class: name }
      const [id] = await giveAnswers(store, who, [{ uuid: uuid(), task, verdict }])
      return id!
    }
    for (const at of [119, 60, 50, 49, 0]) await say(ann, taskOf(at), stork)
    await say(cyd, taskOf(0), stork)
    for (const who of [bob, cyd]) await say(who, taskOf(49), crane)
    await say(bob, taskOf(50), crane)
    await setUndone(store, { id: bob, role: 'annotator' }, [await say(bob, taskOf(60), crane)], true)
    await say(bob, taskOf(0), null)
    const settled = event(
      'review.settled',
      { task: taskOf(119), verdict: { kind: 'class', class: crane } },
      bob,
      uuid(),
    )
    await store.add([settled])
    const records = await Array.fromAsync(annotationRecords(store, null))
    assert.deepEqual(
      records.map(({ image, className, consensus, settledClass }) => [
        image,
        className,
        consensus,
        settledClass,
      ]),
      [
        [imageOf(0), 'stork', 'stork', null],
        [imageOf(0), 'stork', 'stork', null],
        [imageOf(0), null, 'stork', null],
        [imageOf(49), 'stork', 'crane', null],
        [imageOf(49), 'crane', 'crane', null],
        [imageOf(49), 'crane', 'crane', null],
        [imageOf(50), 'stork', null, null],
        [imageOf(50), 'crane', null, null],
        [imageOf(60), 'stork', 'stork', null],
        [imageOf(60), 'crane', 'stork', null],
        [imageOf(119), 'stork', 'crane', 'crane'],
      ],
    )
    assert.deepEqual(
      records.filter(({ undone }) => undone).map(({ image }) => image),
      [imageOf(60)],
    )
  },
)
