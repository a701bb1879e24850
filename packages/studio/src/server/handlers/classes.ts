// Classes: found while typing, made in flow, merged, renamed and split; everything can be undone.

import { randomUUID } from 'node:crypto'
import { mergeCandidates, nameEmbeddings } from 'oltr/exploration'
import type { ClassSummary, Person } from '../../api/schemas.ts'
import { foldName } from '../../classes/class-name.ts'
import { nameOf } from '../../store/answers.ts'
import { changeClasses, classHistory, createClass, usable } from '../../store/class-changes.ts'
import { RefusedError } from '../../store/errors.ts'
import { event } from '../../store/events.ts'
import { judgeRound } from '../../store/round-consensus.ts'
import { missing } from '../../store/store.ts'
import type { Handlers, Studio } from '../context.ts'
import { featuresByImage, nearestImages } from '../neighbours.ts'

const NEAR = 6
const SUGGESTIONS = 20
/** Weaker evidence would be a nuisance. */
const WORTH_SUGGESTING = 0.2

export const classes: Handlers<
  | 'searchClasses'
  | 'nearClasses'
  | 'createClass'
  | 'classImages'
  | 'renameClass'
  | 'addAlias'
  | 'mergePreview'
  | 'mergeClasses'
  | 'distinguishClasses'
  | 'splitClass'
  | 'classSuggestions'
  | 'classHistory'
  | 'undoClassChange'
> = {
  async searchClasses({ lookup, store }, { query: { search, limit } }, { person }) {
    const registry = await store.classes()
    const names = await lookup.names()
    const total = await lookup.count()
    if (search.trim() === '') {
      // One's own: what others use would tell what they see.
      const recent = await store.db
        .selectFrom('answer')
        .select(['class', (e) => e.fn.max('seq').as('last')])
        .where('class', 'is not', null)
        .where('person', '=', person.id)
        .groupBy('class')
        .orderBy('last', 'desc')
        .limit(limit)
        .execute()
      const ids = [...recent.map((row) => row.class!)]
      for (const { id } of registry.live()) {
        if (ids.length >= limit) break
        if (!ids.includes(id)) ids.push(id)
      }
      return { classes: await lookup.summaries(ids, person), total }
    }
    return {
      classes: await lookup.summaries(
        names.search(search, limit).map(({ id }) => id),
        person,
      ),
      total,
    }
  },

  async nearClasses(studio, { query: { name, image } }, { person }) {
    const { lookup, store } = studio
    const registry = await store.classes()
    const folded = name.trim() === '' ? null : foldName(name)
    const kept = folded && 'name' in folded ? folded.name : null
    const same = kept === null ? null : registry.resolveName(kept)
    const near = kept === null ? [] : (await lookup.names()).near(kept, NEAR)
    const byImage = image === undefined ? [] : await classesNear(studio, image, person)
    const summaries = await lookup.summaries(
      [...(same ? [same] : []), ...near.map(({ id }) => id), ...byImage.map(({ id }) => id)],
      person,
    )
    const found = new Map(summaries.map((one) => [one.id, one]))
    const shown = (id: string, why: string) => {
      const { name: called, id: live, examples } = found.get(registry.resolve(id)!)!
      return { name: called, class: live, why, examples }
    }
    return {
      name: kept,
      problem: folded && 'problem' in folded ? folded.problem : null,
      same: same === null ? null : (found.get(same) ?? null),
      names: near.filter(({ id }) => id !== same).map(({ id, why }) => shown(id, why)),
      images: byImage.map(({ id, why }) => shown(id, why)),
    }
  },

  async createClass({ store, lookup }, { body: { uuid, name } }, { person }) {
    const { id, created } = await createClass(store, { uuid, name }, person.id)
    const [made] = await lookup.summaries([id], person)
    if (!made) throw new RefusedError('conflict', `${uuid} was used before: send the name with another uuid`)
    return { class: made, created }
  },

  async classImages({ store, lookup, images, run }, { params, query: { offset, limit } }, { person }) {
    const summary = await one(lookup, params.class, person)
    const sources = await lookup.sourcesOf([summary.id])
    const rows = await store.db
      .selectFrom('answer')
      .innerJoin('task', 'task.id', 'answer.task')
      .select(['task.image', 'task.id'])
      .distinct()
      .where('answer.class', 'in', sources)
      .where('answer.current', '=', 1)
      .where((e) => (person.role === 'annotator' ? e('answer.person', '=', person.id) : e.val(true)))
      .orderBy('task.id')
      .execute()
    const trained = run.trainedName(summary.id)
    const all = [
      ...rows.map(({ image, id }) => ({ image, task: id as string | null })),
      ...(trained === null ? [] : images.examplesOf(trained)).map((image) => ({ image, task: null })),
    ]
    return { class: summary, total: all.length, images: all.slice(offset, offset + limit) }
  },

  async renameClass({ store, lookup }, { params, body: { uuid, name } }, { person }) {
    const { id } = await one(lookup, params.class, person)
    await changeClasses(
      store,
      event('class.rename', { class: id, name: usable(name) }, person.id, uuid) as never,
    )
    return one(lookup, id, person)
  },

  async addAlias({ store, lookup }, { params, body: { uuid, name } }, { person }) {
    const { id } = await one(lookup, params.class, person)
    await changeClasses(
      store,
      event('class.alias', { class: id, name: usable(name) }, person.id, uuid) as never,
    )
    return one(lookup, id, person)
  },

  async mergePreview({ store, lookup }, { params, query }, { person }) {
    const [from, into] = [await one(lookup, params.class, person), await one(lookup, query.into, person)]
    const registry = await store.classes()
    const problem = registry.check({
      kind: 'merge',
      event: randomUUID(),
      by: '',
      at: store.now(),
      from: from.id,
      into: into.id,
    })
    const rounds = await store.db.selectFrom('round').select('number').execute()
    let settles = 0
    let answers = 0
    for (const { number } of rounds)
      for (const { answers: given } of (await judgeRound(store, number)).tasks) {
        const said = new Set(given.map(({ class: id }) => (id === null ? null : registry.resolve(id))))
        answers += given.filter(({ class: id }) => id !== null && registry.resolve(id) === from.id).length
        if (said.size === 2 && said.has(from.id) && said.has(into.id)) settles++
      }
    return { from, into, answers, images: from.named, settles, problem }
  },

  async mergeClasses({ store, lookup }, { params, body: { uuid, into } }, { person }) {
    const [from, target] = [await one(lookup, params.class, person), await one(lookup, into, person)]
    await changeClasses(
      store,
      event('class.merge', { from: from.id, into: target.id }, person.id, uuid) as never,
    )
    return one(lookup, target.id, person)
  },

  async distinguishClasses({ store, lookup }, { params, body: { uuid, other } }, { person }) {
    const [left, right] = [await one(lookup, params.class, person), await one(lookup, other, person)]
    await changeClasses(
      store,
      event('class.distinct', { class: left.id, other: right.id }, person.id, uuid) as never,
    )
    return { ok: true }
  },

  async splitClass({ store, lookup }, { params, body: { uuid, name, images } }, { person }) {
    const { id } = await one(lookup, params.class, person)
    const kept = usable(name)
    const registry = await store.classes()
    const into = registry.resolveName(kept) ?? `c-${uuid}`
    await changeClasses(
      store,
      event('class.split', { class: id, into, name: kept, images }, person.id, uuid) as never,
    )
    return one(lookup, into, person)
  },

  async classSuggestions(studio, _input, { person }) {
    const { store, lookup, run } = studio
    const [newest] = await store.db
      .selectFrom('round')
      .select('number')
      .orderBy('number', 'desc')
      .limit(1)
      .execute()
    if (!newest) return []
    const registry = await store.classes()
    const { answers } = await judgeRound(store, newest.number)
    const named = answers.map((answer) =>
      answer.kind === 'class' ? { ...answer, name: nameOf(registry, answer.name) } : answer,
    )
    const feature = featuresByImage(run, newest.number)
    const candidates = mergeCandidates({
      answers: named,
      knownClasses: run.trainedClasses,
      embeddings: nameEmbeddings(named, (task) => feature(task.slice(task.indexOf('-') + 1))),
    })
    const pairs = candidates
      .filter(({ strength }) => strength >= WORTH_SUGGESTING)
      .map(({ from, into, evidence }) => ({
        from: registry.resolveName(from),
        into: registry.resolveName(into),
        why: evidence.map(({ text }) => text).join('; '),
      }))
      .filter(
        ({ from, into }) => from !== null && into !== null && from !== into && !registry.apart(from, into),
      )
      .slice(0, SUGGESTIONS)
    const summaries = new Map(
      (
        await lookup.summaries(
          pairs.flatMap(({ from, into }) => [from!, into!]),
          person,
        )
      ).map((each) => [each.id, each]),
    )
    return pairs.map(({ from, into, why }) => ({
      from: summaries.get(from!)!,
      into: summaries.get(into!)!,
      why,
    }))
  },

  async classHistory({ store }, { query }) {
    const registry = await store.classes()
    const people = new Map(
      (await store.db.selectFrom('person').select(['id', 'name']).execute()).map(({ id, name }) => [
        id,
        name,
      ]),
    )
    return (await classHistory(store, query.limit)).map(({ event: uuid, kind, by, at, undone, body }) => ({
      event: uuid,
      kind,
      text: changeText(kind, body, (id) => nameOf(registry, id)),
      by: people.get(by) ?? by,
      at,
      undone,
    }))
  },

  async undoClassChange({ store }, { body }, { person }) {
    await changeClasses(store, event('class.undo', { target: body.event }, person.id, body.uuid) as never)
    return { ok: true }
  },
}

async function one(lookup: Studio['lookup'], id: string, viewer: Person): Promise<ClassSummary> {
  const [found] = await lookup.summaries([id], viewer)
  if (!found) throw missing('class', id)
  return found
}

function changeText(kind: string, body: Record<string, unknown>, called: (id: string) => string): string {
  const name = String(body.name)
  switch (kind) {
    case 'create':
      return `"${name}" was made`
    case 'rename':
      return `a class was renamed "${name}"`
    case 'alias':
      return `"${name}" became a further name of "${called(String(body.class))}"`
    case 'merge':
      return `a class became part of "${called(String(body.into))}"`
    case 'distinct':
      return `"${called(String(body.class))}" and "${called(String(body.other))}" are not the same`
    default:
      return `${(body.images as string[]).length} images went from "${called(String(body.class))}" to "${name}"`
  }
}

/** Classes that the asker's own answers gave to the images most like this one: others' answers stay hidden. */
async function classesNear(
  { store, run, images }: Studio,
  image: string,
  person: { id: string; role: string },
): Promise<{ id: string; why: string }[]> {
  const like = nearestImages(run, images.roundOf(image), image, 50)
  if (like.length === 0) return []
  const registry = await store.classes()
  let query = store.db
    .selectFrom('answer')
    .innerJoin('task', 'task.id', 'answer.task')
    .select(['task.image', 'answer.class'])
    .where(
      'task.image',
      'in',
      like.map((each) => each.image),
    )
    .where('answer.class', 'is not', null)
    .where('answer.current', '=', 1)
  if (person.role === 'annotator') query = query.where('answer.person', '=', person.id)
  const rows = await query.execute()
  const classOf = new Map(rows.map((row) => [row.image, registry.resolve(row.class!)]))
  const counts = new Map<string, number>()
  for (const each of like) {
    const id = classOf.get(each.image)
    if (id) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, NEAR)
    .map(([id, count]) => ({ id, why: `${count} of the ${like.length} images most like this one` }))
}
