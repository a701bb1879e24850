// People, their links, and who is asking.

import { invite, removePerson, renewLink } from '../../store/people.ts'
import type { Handlers } from '../context.ts'

const DAY = 86_400_000

export const people: Handlers<'me' | 'setHotkeys' | 'people' | 'invite' | 'renewLink' | 'removePerson'> = {
  async me({ store }, _input, { person }) {
    const count = async (since: number): Promise<number> => {
      const { answers } = await store.db
        .selectFrom('answer')
        .select((e) => e.fn.countAll<number>().as('answers'))
        .where('person', '=', person.id)
        .where('current', '=', 1)
        .where('at', '>=', since)
        .executeTakeFirstOrThrow()
      return Number(answers)
    }
    const keys = await store.db
      .selectFrom('hotkeys')
      .select('keys')
      .where('person', '=', person.id)
      .executeTakeFirst()
    const now = store.now()
    return {
      person,
      hotkeys: keys ? JSON.parse(keys.keys) : {},
      answers: await count(0),
      today: await count(now - (now % DAY)),
    }
  },

  async setHotkeys({ store }, { body }, { person }) {
    const keys = JSON.stringify(body)
    await store.db
      .insertInto('hotkeys')
      .values({ person: person.id, keys })
      .onConflict((c) => c.column('person').doUpdateSet({ keys }))
      .execute()
    return { ok: true }
  },

  async people({ store }) {
    const everybody = await store.db.selectFrom('person').selectAll().orderBy('joined').execute()
    const answers = await store.db
      .selectFrom('answer')
      .select(['person', (e) => e.fn.countAll<number>().as('answers')])
      .where('current', '=', 1)
      .groupBy('person')
      .execute()
    const seen = await store.db
      .selectFrom('session')
      .select(['person', (e) => e.fn.max('seen').as('seen')])
      .groupBy('person')
      .execute()
    return everybody.map(({ id, name, role, removed }) => ({
      id,
      name,
      role: role as 'annotator' | 'reviewer' | 'owner',
      answers: Number(answers.find(({ person }) => person === id)?.answers ?? 0),
      seen: seen.find(({ person }) => person === id)?.seen ?? null,
      removed: removed === 1,
    }))
  },

  async invite({ store }, { body }, { person }) {
    return invite(store, body, person.id)
  },

  async renewLink({ store }, { params }) {
    return renewLink(store, params.person)
  },

  async removePerson({ store }, { params }, { person }) {
    await removePerson(store, params.person, person.id)
    return { ok: true }
  },
}
