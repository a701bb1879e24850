// Histories that nobody thought of: whatever people do to answers and classes, in whatever order.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { giveAnswers, setUndone } from './answers.ts'
import { changeClasses } from './class-changes.ts'
import { onBoth, opened, type TestDatabase } from './databases.fixture.ts'
import { RefusedError } from './errors.ts'
import { event } from './events.ts'
import { rebuildViews, stateHash, verifyStore } from './integrity.ts'
import { imageOf, openRound, people, taskOf } from './round.fixture.ts'
import type { Store } from './store.ts'

const FULL = process.env.STUDIO_FULL === '1'
const TASKS = 6
const NAMES = ['teal', 'Teal ', 'smew', 'scoter', 'gadwall', 'pochard', 'coot', 'eider']
const CLASS_ACTS = ['create', 'rename', 'alias', 'merge', 'distinct', 'split', 'undo'] as const
const OTHER_ACTS = [
  'answer',
  'answer',
  'answer',
  'take-back',
  'redo',
  'settle',
  'send-back',
  'control',
] as const

interface Act {
  readonly act: (typeof CLASS_ACTS)[number] | (typeof OTHER_ACTS)[number]
  /** What it is done to, counted round what there is. */
  readonly on: number
  readonly with: number
}

const histories = (acts: readonly Act['act'][], steps: number) =>
  fc.array(fc.record({ act: fc.constantFrom(...acts), on: fc.nat(99), with: fc.nat(99) }), {
    minLength: Math.floor(steps / 2),
    maxLength: steps,
    size: 'max',
  })

const runs = (database: TestDatabase, small: number) =>
  database.name === 'PostgreSQL' ? (FULL ? 3 : 1) : FULL ? 10 * small : small

/** Does one thing after the other; what the rules refuse is left out. */
class Crowd {
  readonly changes: string[] = []
  readonly #store: Store
  readonly #people: readonly string[]
  readonly #answers: string[] = []

  constructor(store: Store, crowd: readonly string[]) {
    this.#store = store
    this.#people = crowd
  }

  async live(history: readonly Act[]): Promise<{ done: number; refused: number }> {
    let refused = 0
    for (const one of history) {
      try {
        await this.#do(one)
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error
        refused++
      }
    }
    return { done: history.length - refused, refused }
  }

  /** Undoes every change of a class that is in force, the last first. */
  async undoChanges(): Promise<void> {
    for (const target of this.changes.toReversed())
      if (!(await this.#store.classes()).isUndone(target)) await this.#change('class.undo', { target })
  }

  async #do({ act, on, with: other }: Act): Promise<void> {
    const store = this.#store
    const ids = [...(await store.classes()).all()].map(({ id }) => id)
    const [a, b] = [pick(ids, on), pick(ids, other)]
    const [task, name, uuid] = [taskOf(on % TASKS), pick(NAMES, other), randomUUID()]
    const reviewer = { id: pick(this.#people, 0), role: 'reviewer' as const }
    switch (act) {
      case 'create':
        return this.#change('class.create', { class: `c-${uuid}`, name }, uuid)
      case 'rename':
        return this.#change('class.rename', { class: a, name })
      case 'alias':
        return this.#change('class.alias', { class: a, name })
      case 'merge':
        return this.#change('class.merge', { from: a, into: b })
      case 'distinct':
        return this.#change('class.distinct', { class: a, other: b })
      case 'split': {
        const into = (await store.classes()).resolveName(name) ?? `c-${uuid}`
        const images = [on, on + 1, on + 2].map((at) => imageOf(at % TASKS))
        return this.#change('class.split', { class: a, into, name, images }, uuid)
      }
      case 'undo':
        if (this.changes.length > 0) await this.#change('class.undo', { target: pick(this.changes, on) })
        return
      case 'answer': {
        const verdict = other % 7 === 0 ? ({ kind: 'skip' } as const) : ({ kind: 'class', class: b } as const)
        await giveAnswers(store, pick(this.#people, other), [{ uuid, task, verdict }])
        this.#answers.push(uuid)
        return
      }
      case 'take-back':
      case 'redo':
        if (this.#answers.length > 0)
          await setUndone(store, reviewer, [pick(this.#answers, on)], act === 'take-back')
        return
      case 'settle': {
        if ((await store.classes()).resolve(b) === null) return
        const body = { task, verdict: { kind: 'class', class: b } } as const
        await store.add([event('review.settled', body, reviewer.id, uuid)])
        return
      }
      case 'send-back':
        await store.add([event('review.sent-back', { task, comment: name }, reviewer.id, uuid)])
        return
      case 'control':
        await store.add([event('review.control', { task, class: null }, reviewer.id, uuid)])
    }
  }

  async #change(
    kind: Parameters<typeof changeClasses>[1]['kind'],
    body: unknown,
    uuid: string = randomUUID(),
  ): Promise<void> {
    await changeClasses(this.#store, event(kind, body as never, pick(this.#people, 0), uuid) as never)
    if (kind !== 'class.undo') this.changes.push(uuid)
  }
}

function pick<T>(from: readonly T[], at: number): T {
  return from[at % from.length]!
}

async function crowded(store: Store): Promise<Crowd> {
  await openRound(store, TASKS)
  return new Crowd(store, await people(store, 3))
}

onBoth('after any history, every answer names one live class and the views are the events', async (t, on) => {
  let [done, refused] = [0, 0]
  await fc.assert(
    fc.asyncProperty(histories([...CLASS_ACTS, ...OTHER_ACTS], FULL ? 1000 : 60), async (history) => {
      const store = await opened(t, on)
      const crowd = await crowded(store)
      const counted = await crowd.live(history)
      done += counted.done
      refused += counted.refused
      const classes = await store.classes()
      const rows = await store.db
        .selectFrom('answer')
        .select('class')
        .where('class', 'is not', null)
        .execute()
      const settled = await store.db.selectFrom('task').select('settled').execute()
      const named = [
        ...rows.map((row) => row.class!),
        ...settled.flatMap((row) => (row.settled === null ? [] : [JSON.parse(row.settled).class as string])),
      ]
      for (const id of named) {
        const live = classes.resolve(id)
        assert.ok(live !== null && classes.get(live)!.mergedInto === null, `${id} leads to ${live}`)
      }
      const state = await stateHash(store)
      await rebuildViews(store)
      assert.equal(await stateHash(store), state)
      await verifyStore(store)
      await store.close()
    }),
    { numRuns: runs(on, 6), endOnFailure: true },
  )
  t.diagnostic(`${done} steps, and ${refused} that the rules refused`)
})

onBoth('all changes of classes undone, the last first: exactly what was before', async (t, on) => {
  await fc.assert(
    fc.asyncProperty(histories(CLASS_ACTS, FULL ? 300 : 40), async (history) => {
      const store = await opened(t, on)
      const crowd = await crowded(store)
      await crowd.live(Array.from({ length: 30 }, (_, at) => ({ act: 'answer', on: at, with: 5 * at + 1 })))
      const before = await stateHash(store)
      await crowd.live(history)
      await crowd.undoChanges()
      assert.equal(await stateHash(store), before)
      await store.close()
    }),
    { numRuns: runs(on, 6), endOnFailure: true },
  )
})

onBoth('a class that answers name stays, whichever change it is there by', async (t, on) => {
  const store = await opened(t, on)
  await openRound(store, TASKS)
  const [ann] = (await people(store, 1)) as [string]
  const change = async (kind: 'class.create' | 'class.split' | 'class.undo', body: object) => {
    const uuid = randomUUID()
    await changeClasses(store, event(kind, body as never, ann, uuid) as never)
    return uuid
  }
  const [teal, smew] = [`c-${randomUUID()}`, `c-${randomUUID()}`]
  const made = await change('class.create', { class: teal, name: 'teal' })
  await change('class.create', { class: smew, name: 'smew' })
  const split = await change('class.split', { class: smew, into: teal, name: 'teal', images: [imageOf(0)] })
  await change('class.undo', { target: made })
  await giveAnswers(store, ann, [
    { uuid: randomUUID(), task: taskOf(1), verdict: { kind: 'class', class: teal } },
  ])
  await assert.rejects(change('class.undo', { target: split }), {
    reason: 'conflict',
    message: /1 answer names "teal"/,
  })
})
