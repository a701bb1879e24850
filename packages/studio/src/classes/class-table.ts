// The classes as changes leave them, without undo: what each rule allows, and what each change does. The registry beside it
// keeps the history, and takes a change back by making this table again without it.

import type { ClassChange } from './class-event.ts'
import { type FoldedName, foldName, MOST_CHARACTERS } from './class-name.ts'

export interface ClassState {
  readonly id: string
  readonly name: string
  readonly aliases: readonly string[]
  /** Whether a model version has learned it. */
  readonly known: boolean
  /** The class that it became part of; null while it lives. */
  readonly mergedInto: string | null
  readonly createdBy: string
}

type Change<Kind extends ClassChange['kind']> = Extract<ClassChange, { kind: Kind }>

/** Names and ids are keys of Maps and never of objects, so that `__proto__` is a name like any other. */
export class ClassTable {
  readonly classes = new Map<string, ClassState>()
  /** Live classes by the keys of their names and aliases. */
  readonly #ofKey = new Map<string, string>()
  /** Pairs of classes that are not the same, by their ids when it was said. */
  readonly distinct: (readonly [string, string])[] = []
  readonly #fold: (name: string) => FoldedName

  constructor(fold: (name: string) => FoldedName = foldName) {
    this.#fold = fold
  }

  /** The live class that an id stands for, or null for an id that never was. */
  resolve(id: string): string | null {
    let found = this.classes.get(id)
    while (found && found.mergedInto !== null) found = this.classes.get(found.mergedInto)
    return found?.id ?? null
  }

  /** The live class of that name or alias. */
  named(name: string): string | null {
    const folded = this.#fold(name)
    return 'problem' in folded ? null : (this.#ofKey.get(folded.key) ?? null)
  }

  /** Whether two ids stand for classes of which it was said that they are not the same. */
  apart(one: string, other: string): boolean {
    const [a, b] = [this.resolve(one), this.resolve(other)]
    return this.distinct.some(([left, right]) => {
      const [c, d] = [this.resolve(left), this.resolve(right)]
      return (a === c && b === d) || (a === d && b === c)
    })
  }

  /** Why a change is not allowed, as a sentence that says what to do instead; null where it is. */
  check(change: ClassChange): string | null {
    switch (change.kind) {
      case 'known':
        return null
      case 'create':
        return this.#idProblem(change.class) ?? this.#nameProblem(change.name, null)
      case 'rename':
        return this.#liveProblem(change.class) ?? this.#nameProblem(change.name, change.class)
      case 'alias':
        return this.#liveProblem(change.class) ?? this.#nameProblem(change.name, null)
      case 'merge':
        return this.#liveProblem(change.from) ?? this.#liveProblem(change.into) ?? this.#mergeProblem(change)
      case 'distinct':
        return (
          this.#liveProblem(change.class) ?? this.#liveProblem(change.other) ?? this.#distinctProblem(change)
        )
      case 'split':
        return this.#liveProblem(change.class) ?? this.#splitProblem(change)
    }
  }

  /** Makes a change that `check` allows. */
  apply(change: ClassChange): void {
    switch (change.kind) {
      case 'known':
        for (const { id, name } of change.classes) this.#learn(id, name, change.by)
        return
      case 'create':
        this.#add(change.class, this.#folded(change.name).name, change.by)
        return
      case 'rename':
        this.#rename(change)
        return
      case 'alias': {
        const { name, key } = this.#folded(change.name)
        this.#change(change.class, { aliases: [...this.#get(change.class).aliases, name] })
        this.#ofKey.set(key, change.class)
        return
      }
      case 'merge':
        this.#merge(change.from, change.into)
        return
      case 'distinct':
        this.distinct.push([change.class, change.other])
        return
      case 'split':
        if (!this.classes.has(change.into)) this.#add(change.into, this.#folded(change.name).name, change.by)
    }
  }

  #idProblem(id: string): string | null {
    return this.classes.has(id) ? `The id ${id} is taken; make the class under a new one.` : null
  }

  #liveProblem(id: string): string | null {
    const found = this.classes.get(id)
    if (!found) return `There is no class ${id}; load the list of classes again.`
    if (found.mergedInto === null) return null
    const into = this.#get(this.resolve(id)!)
    return `"${found.name}" is part of "${into.name}" now; use that class, or undo the merge.`
  }

  #nameProblem(text: string, own: string | null): string | null {
    const folded = this.#fold(text)
    if ('problem' in folded) return folded.problem
    const owner = this.#ofKey.get(folded.key)
    if (owner === undefined || owner === own) return null
    return `"${folded.name}" is a name of the class "${this.#get(owner).name}" already; use that class, or merge the two.`
  }

  #mergeProblem({ from, into }: Change<'merge'>): string | null {
    const [gone, left] = [this.#get(from), this.#get(into)]
    if (from === into) return `"${gone.name}" cannot be merged into itself; choose another class.`
    if (this.apart(from, into))
      return `"${gone.name}" and "${left.name}" are not the same, somebody said; undo that in the history first.`
    if (!gone.known) return null
    return left.known
      ? `The model knows both "${gone.name}" and "${left.name}" as classes of their own; they stay apart.`
      : `The model knows "${gone.name}", so it stays; merge "${left.name}" into it.`
  }

  #distinctProblem({ class: id, other }: Change<'distinct'>): string | null {
    const { name } = this.#get(id)
    if (id === other) return `"${name}" is one class; choose another one to tell it from.`
    return this.apart(id, other)
      ? `"${name}" and "${this.#get(other).name}" are kept apart already; nothing is left to do.`
      : null
  }

  #splitProblem({ class: id, into, name }: Change<'split'>): string | null {
    if (into === id)
      return `"${this.#get(id).name}" cannot be split into itself; give the new class another name.`
    if (!this.classes.has(into)) return this.#nameProblem(name, null)
    const problem = this.#liveProblem(into)
    if (problem !== null || this.named(name) === into) return problem
    return `The class ${into} is called "${this.#get(into).name}" and not "${name}"; use its name, or a new class.`
  }

  #rename({ class: id, name: text }: Change<'rename'>): void {
    const { name, key } = this.#folded(text)
    const { name: before, aliases } = this.#get(id)
    this.#ofKey.delete(this.#keyOf(before))
    this.#ofKey.set(key, id)
    this.#change(id, { name, aliases: aliases.filter((alias) => this.#keyOf(alias) !== key) })
  }

  /** The names go along, so that whoever types one of them finds the class that is left. */
  #merge(from: string, into: string): void {
    const [gone, left] = [this.#get(from), this.#get(into)]
    const names = [gone.name, ...gone.aliases]
    for (const name of names) this.#ofKey.set(this.#keyOf(name), into)
    this.#change(into, { aliases: [...left.aliases, ...names], known: left.known || gone.known })
    this.#change(from, { mergedInto: into })
  }

  /** A version's class keeps the name that people gave it since; one of a live class's name is that class. */
  #learn(id: string, text: string, by: string): void {
    const live = this.resolve(id)
    if (live !== null) {
      this.#change(live, { known: true })
      return
    }
    const name = this.#usable(text, id)
    const owner = this.named(name)
    const same = owner !== null && !this.#get(owner).known
    this.#add(id, same ? name : this.#unused(name), by)
    if (same) this.#change(id, { mergedInto: owner })
    this.#change(same ? owner : id, { known: true })
  }

  /** Data sets name classes as they like; a version that learned them has to be shown nonetheless. */
  #usable(text: string, id: string): string {
    const short = [...text].slice(0, MOST_CHARACTERS).join('')
    for (const candidate of [text, short]) {
      const folded = this.#fold(candidate)
      if ('name' in folded) return folded.name
    }
    return `class ${id}`
  }

  /** Two learned classes of one name (ImageNet has two cranes) are two: the second is "crane (2)". */
  #unused(name: string): string {
    const stem = [...name].slice(0, MOST_CHARACTERS - 8).join('')
    let candidate = name
    for (let i = 2; this.named(candidate) !== null; i++) candidate = `${stem} (${i})`
    return candidate
  }

  #add(id: string, name: string, createdBy: string): void {
    this.classes.set(id, { id, name, aliases: [], known: false, mergedInto: null, createdBy })
    const key = this.#keyOf(name)
    if (!this.#ofKey.has(key)) this.#ofKey.set(key, id)
  }

  #change(id: string, part: Partial<ClassState>): void {
    this.classes.set(id, { ...this.#get(id), ...part })
  }

  #get(id: string): ClassState {
    return this.classes.get(id)!
  }

  #folded(text: string): { name: string; key: string } {
    const folded = this.#fold(text)
    if ('problem' in folded) throw new Error(folded.problem)
    return folded
  }

  #keyOf(name: string): string {
    return this.#folded(name).key
  }
}
