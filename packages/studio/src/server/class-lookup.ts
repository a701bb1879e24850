// Classes as the application shows them: looked up by name while somebody types, with their images. Follows the store's
// classes; what the version in use recognises comes from the run.

import { type ExpressionBuilder, sql } from 'kysely'
import type { ClassSummary, Person } from '../api/schemas.ts'
import type { ClassRegistry } from '../classes/class-registry.ts'
import { NameIndex } from '../classes/near-names.ts'
import { knownClassId } from '../store/class-changes.ts'
import type { Store } from '../store/store.ts'
import type { Tables } from '../store/tables.ts'
import type { ImageLibrary } from './image-library.ts'
import type { RunFacts } from './run-facts.ts'

const EXAMPLES = 6
/** Ids in one query. */
const CHUNK = 500

interface Overview {
  readonly revision: number
  readonly version: number
  readonly live: number
  readonly known: ReadonlySet<string>
  /** By the class that they became part of. */
  readonly merged: ReadonlyMap<string, readonly string[]>
}

export class ClassLookup {
  readonly #store: Store
  readonly #run: RunFacts
  readonly #images: ImageLibrary
  readonly #index = new NameIndex()
  readonly #indexed = new Map<string, readonly string[]>()
  #revision = -1
  #overview: Overview | null = null

  constructor(store: Store, run: RunFacts, images: ImageLibrary) {
    this.#store = store
    this.#run = run
    this.#images = images
  }

  /** The names of all live classes, as they are now. */
  async names(): Promise<NameIndex> {
    const classes = await this.#store.classes()
    if (classes.revision === this.#revision) return this.#index
    this.#revision = classes.revision
    const live = new Map([...classes.live()].map(({ id, name, aliases }) => [id, [name, ...aliases]]))
    for (const [id, names] of this.#indexed)
      if (live.get(id)?.join('\n') !== names.join('\n')) {
        this.#index.remove(id)
        this.#indexed.delete(id)
      }
    for (const [id, names] of live) {
      if (this.#indexed.has(id)) continue
      for (const name of names) this.#index.add(id, name)
      this.#indexed.set(id, names)
    }
    return this.#index
  }

  /** Ids of what the version in use recognises. */
  async known(): Promise<ReadonlySet<string>> {
    return this.#overviewOf(await this.#store.classes()).known
  }

  /** Classes that live. */
  async count(): Promise<number> {
    return this.#overviewOf(await this.#store.classes()).live
  }

  /** The ids whose answers a class has: its own, and of those that were merged into it. */
  async sourcesOf(ids: readonly string[]): Promise<string[]> {
    const { merged } = this.#overviewOf(await this.#store.classes())
    return ids.flatMap((id) => [id, ...(merged.get(id) ?? [])])
  }

  /** What takes a look at every class: computed when a class or the version in use has changed, not for each letter typed. */
  #overviewOf(classes: ClassRegistry): Overview {
    const version = this.#run.inUse
    const kept = this.#overview
    if (kept?.revision === classes.revision && kept.version === version.version) return kept
    const merged = new Map<string, string[]>()
    let live = 0
    for (const { id, mergedInto } of classes.all()) {
      if (mergedInto === null) {
        live++
        continue
      }
      const into = classes.resolve(id)!
      merged.set(into, [...(merged.get(into) ?? []), id])
    }
    const known = this.#run.card(version).classNames.map((name) => classIdOf(classes, name))
    this.#overview = {
      revision: classes.revision,
      version: version.version,
      live,
      merged,
      known: new Set(known.filter((id) => id !== null)),
    }
    return this.#overview
  }

  /**
   * Summaries of classes, in the order of their ids given; ids that are none are left out. An annotator sees what others said
   * only on images that they have answered themselves.
   */
  async summaries(ids: readonly string[], viewer: Person): Promise<ClassSummary[]> {
    if (ids.length === 0) return []
    const classes = await this.#store.classes()
    const known = await this.known()
    const live = [...new Set(ids.map((id) => classes.resolve(id)).filter((id) => id !== null))]
    const named = await this.#namedImages(classes, live, viewer)
    return live.map((id) => {
      const { name, aliases } = classes.get(id)!
      const images = named.get(id) ?? []
      const trained = this.#run.trainedName(id)
      return {
        id,
        name,
        aliases: [...aliases],
        known: known.has(id),
        named: images.length,
        examples: [...(trained === null ? [] : this.#images.examplesOf(trained)), ...images].slice(
          0,
          EXAMPLES,
        ),
      }
    })
  }

  /** Images that people gave a class, the newest first, whatever it was called then. */
  async #namedImages(
    classes: ClassRegistry,
    live: readonly string[],
    viewer: Person,
  ): Promise<Map<string, string[]>> {
    const sources = await this.sourcesOf(live)
    const images = new Map<string, Set<string>>()
    for (let first = 0; first < sources.length; first += CHUNK) {
      let query = this.#store.db
        .selectFrom('answer')
        .innerJoin('task', 'task.id', 'answer.task')
        .select(['answer.class', 'task.image'])
        .where('answer.class', 'in', sources.slice(first, first + CHUNK))
        .where('answer.current', '=', 1)
        .orderBy('answer.seq', 'desc')
      if (viewer.role === 'annotator') query = query.where((e) => e.exists(answeredBy(e, viewer.id)))
      for (const { class: given, image } of await query.execute()) {
        const id = classes.resolve(given!)!
        images.set(id, (images.get(id) ?? new Set()).add(image))
      }
    }
    return new Map([...images].map(([id, given]) => [id, [...given]]))
  }
}

/** The class that a model means by a name: by training's own id, else by the name. */
export function classIdOf(classes: ClassRegistry, modelName: string): string | null {
  return classes.resolve(knownClassId(modelName)) ?? classes.resolveName(modelName)
}

/** Whether somebody has answered the task of an answer, and not skipped it: only then may they see what others said. */
function answeredBy(e: ExpressionBuilder<Tables, 'answer'>, person: string) {
  return e
    .selectFrom('answer as own')
    .select('own.uuid')
    .where(sql.ref('own.task'), '=', sql.ref('answer.task'))
    .where('own.person', '=', person)
    .where('own.current', '=', 1)
    .where('own.kind', '<>', 'skip')
}
