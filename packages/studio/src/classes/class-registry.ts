// The classes of a studio as the fold of what happened to them. An undo makes the table again from the events that are left,
// and is refused where one of them would no longer be allowed: so whatever was undone in whatever order, what stands is a
// history that could have happened, every id leads to one live class, and undoing everything leads back to the beginning.

import { createHash } from 'node:crypto'
import type { ClassChange, ClassEvent } from './class-event.ts'
import { type FoldedName, foldName } from './class-name.ts'
import { type ClassState, ClassTable } from './class-table.ts'

export type { ClassEvent } from './class-event.ts'
export type { ClassState } from './class-table.ts'

/** A change that the rules do not allow; its message says what to do instead. */
export class ClassChangeError extends Error {
  override readonly name = 'ClassChangeError'
}

export class ClassRegistry {
  /** Changes in force, in their order. */
  readonly #changes = new Map<string, ClassChange>()
  readonly #undone = new Set<string>()
  readonly #undos = new Set<string>()
  // Making the table again is mostly folding the same names again.
  readonly #folded = new Map<string, FoldedName>()
  #table = this.#emptyTable()

  static from(events: Iterable<ClassEvent>): ClassRegistry {
    const registry = new ClassRegistry()
    for (const event of events) registry.apply(event)
    return registry
  }

  /** Why the event is not allowed, as a sentence that says what to do instead; null where it is. */
  check(event: ClassEvent): string | null {
    if (this.#has(event.event)) return `The change ${event.event} was made already; nothing is left to do.`
    if (event.kind !== 'undo') return this.#table.check(event)
    const outcome = this.#without(event.target)
    return outcome instanceof ClassTable ? null : outcome
  }

  /** Throws ClassChangeError where `check` finds a problem, and changes nothing then. */
  apply(event: ClassEvent): void {
    if (event.kind === 'undo' && !this.#has(event.event)) {
      const outcome = this.#without(event.target)
      if (!(outcome instanceof ClassTable)) throw new ClassChangeError(outcome)
      this.#table = outcome
      this.#changes.delete(event.target)
      this.#undone.add(event.target)
      this.#undos.add(event.event)
      return
    }
    const problem = this.check(event)
    if (problem !== null) throw new ClassChangeError(problem)
    const change = event as ClassChange
    this.#table.apply(change)
    this.#changes.set(change.event, change)
  }

  /** Classes that would be no more if a change were undone: a later split may need, and so make, what it found there. */
  unmadeWithout(target: string): string[] {
    const outcome = this.#without(target)
    if (!(outcome instanceof ClassTable)) return []
    return [...this.#table.classes.keys()].filter((id) => !outcome.classes.has(id))
  }

  /** The live class that an id stands for, merges followed; null for an id that never was, or whose making was undone. */
  resolve(id: string): string | null {
    return this.#table.resolve(id)
  }

  /** The live class that has this name or alias, however it is spelt; null where there is none. */
  resolveName(name: string): string | null {
    return this.#table.named(name)
  }

  /** The live class that an id stands for. Throws ClassChangeError for an id that never was. */
  classOf(id: string): ClassState {
    const live = this.resolve(id)
    if (live === null) throw new ClassChangeError(`There is no class ${id}; load the list of classes again.`)
    return this.#table.classes.get(live)!
  }

  /** Whether somebody said that two classes are not the same. */
  apart(one: string, other: string): boolean {
    return this.#table.apart(one, other)
  }

  /** A class as it is kept, merged or not. */
  get(id: string): ClassState | undefined {
    return this.#table.classes.get(id)
  }

  *live(): Iterable<ClassState> {
    for (const state of this.#table.classes.values()) if (state.mergedInto === null) yield state
  }

  /** Every class that ever was, merged ones too. */
  all(): Iterable<ClassState> {
    return this.#table.classes.values()
  }

  /** Grows with every event. */
  get revision(): number {
    return this.#changes.size + this.#undone.size + this.#undos.size
  }

  isUndone(event: string): boolean {
    return this.#undone.has(event)
  }

  /** SHA-256 of all classes, the same for the same state whatever led to it. */
  stateHash(): string {
    const hash = createHash('sha256')
    const ids = [...this.#table.classes.keys()].sort()
    for (const id of ids) {
      const { name, aliases, known, mergedInto, createdBy } = this.#table.classes.get(id)!
      hash.update(`${JSON.stringify([id, name, aliases, known, mergedInto, createdBy])}\n`)
    }
    const distinct = this.#table.distinct.map((pair) => JSON.stringify(pair.toSorted()))
    for (const pair of distinct.sort()) hash.update(`distinct ${pair}\n`)
    return hash.digest('hex')
  }

  #has(event: string): boolean {
    return this.#changes.has(event) || this.#undone.has(event) || this.#undos.has(event)
  }

  /** The table as it would be without one change, or why that cannot be. */
  #without(target: string): ClassTable | string {
    if (this.#undone.has(target)) return 'This change is undone already; do it again to have it back.'
    if (this.#undos.has(target)) return 'An undo cannot be undone; do again what it took back.'
    const undone = this.#changes.get(target)
    if (!undone) return `There is no change ${target} of a class; load the history again.`
    if (undone.kind === 'known')
      return 'The model has learned these classes; go back to an earlier version instead.'
    const table = this.#emptyTable()
    for (const change of this.#changes.values()) {
      if (change === undone) continue
      if (table.check(change) !== null)
        return `First undo ${this.#describe(change)}: it builds on this change.`
      table.apply(change)
    }
    return table
  }

  #describe(change: ClassChange): string {
    const called = (id: string): string => `"${this.#table.classes.get(id)?.name ?? id}"`
    switch (change.kind) {
      case 'known':
        return 'the learning of classes'
      case 'create':
        return `the making of "${change.name}"`
      case 'rename':
        return `the renaming of ${called(change.class)} to "${change.name}"`
      case 'alias':
        return `the further name "${change.name}" of ${called(change.class)}`
      case 'merge':
        return `the merge of ${called(change.from)} into ${called(change.into)}`
      case 'distinct':
        return `the word that ${called(change.class)} and ${called(change.other)} are not the same`
      case 'split':
        return `the split of "${change.name}" from ${called(change.class)}`
    }
  }

  #emptyTable(): ClassTable {
    return new ClassTable((name) => {
      let folded = this.#folded.get(name)
      if (!folded) {
        folded = foldName(name)
        this.#folded.set(name, folded)
      }
      return folded
    })
  }
}
