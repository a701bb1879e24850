// Class names to look up while typing, and names that may mean one class. Made for 75,000 names: what is looked for is plain
// text, compared and never compiled, so no input is slow or special.

import { spellingDistance, spellingKey } from 'oltr/exploration'
import { foldName } from './class-name.ts'
import { GramIndex } from './gram-index.ts'

export interface FoundName {
  readonly id: string
  /** The name or alias that matched. */
  readonly name: string
  readonly match: 'start' | 'word' | 'inside' | 'similar'
}

export interface NearName {
  readonly id: string
  readonly name: string
  /** One sentence for people. */
  readonly why: string
}

interface Entry {
  readonly id: string
  readonly name: string
  /** What is compared: the key of the name. */
  readonly key: string
  readonly spelling: string
  /** The words of the spelling in one order. */
  readonly words: string
}

/** Slots looked at more closely after the pairs of characters chose them. */
const CLOSER = 200

/** Names of classes; a class has as many as it has aliases. */
export class NameIndex {
  readonly #entries: (Entry | null)[] = []
  readonly #free: number[] = []
  readonly #ofClass = new Map<string, Set<number>>()
  readonly #bySpelling = new Map<string, Set<number>>()
  readonly #byWords = new Map<string, Set<number>>()
  readonly #grams = new GramIndex()

  /** Adds a name that `foldName` takes; others are left out, for nobody can type them. */
  add(id: string, name: string): void {
    const entry = entryOf(id, name)
    if (entry === null) return
    const slot = this.#free.pop() ?? this.#entries.length
    this.#entries[slot] = entry
    put(this.#ofClass, id, slot)
    put(this.#bySpelling, entry.spelling, slot)
    put(this.#byWords, entry.words, slot)
    this.#grams.add(slot, entry.spelling)
  }

  /** Removes one name of a class, or all of them. */
  remove(id: string, name?: string): void {
    for (const slot of [...(this.#ofClass.get(id) ?? [])]) {
      const entry = this.#entries[slot]!
      if (name !== undefined && entry.name !== name) continue
      take(this.#ofClass, id, slot)
      take(this.#bySpelling, entry.spelling, slot)
      take(this.#byWords, entry.words, slot)
      this.#grams.remove(slot, entry.spelling)
      this.#entries[slot] = null
      this.#free.push(slot)
    }
  }

  rename(id: string, from: string, to: string): void {
    this.remove(id, from)
    this.add(id, to)
  }

  /** For a picker: names that begin so, then those with a word that does, that hold it, that are like it; one per class. */
  search(query: string, limit: number): FoundName[] {
    const typed = foldName(query)
    if ('problem' in typed) return []
    const ranks = { start: new Shortest(limit), word: new Shortest(limit), inside: new Shortest(limit) }
    for (const entry of this.#entries) {
      if (entry === null) continue
      const at = entry.key.indexOf(typed.key)
      if (at < 0) continue
      if (at === 0) ranks.start.offer(entry)
      else if (entry.key.includes(` ${typed.key}`)) ranks.word.offer(entry)
      else ranks.inside.offer(entry)
    }
    const found = new Map<string, FoundName>()
    for (const match of ['start', 'word', 'inside'] as const)
      collect(found, ranks[match].entries, match, limit)
    if (found.size < limit) collect(found, this.#similar(typed.key), 'similar', limit)
    return [...found.values()]
  }

  /** Classes that this name may mean too, the likeliest first. A class of exactly this name is among them. */
  near(name: string, limit: number): NearName[] {
    const own = entryOf('', name)
    if (own === null) return []
    const found = new Map<string, NearName>()
    const say = (entry: Entry, why: string): void => {
      if (found.size < limit && !found.has(entry.id))
        found.set(entry.id, { id: entry.id, name: entry.name, why })
    }
    const sameSpelling = this.#at(this.#bySpelling.get(own.spelling))
    for (const entry of sameSpelling.filter(({ key }) => key === own.key))
      say(entry, `"${entry.name}" is this name.`)
    for (const entry of sameSpelling)
      say(entry, `"${entry.name}" is this name, but for a plural or a separator.`)
    for (const entry of this.#at(this.#byWords.get(own.words)))
      say(entry, `"${entry.name}" has the same words in another order.`)
    const slips = slipsOf(own.spelling)
    const typos = this.#at(this.#grams.similar(own.spelling, 0.4, CLOSER))
      .map((entry) => ({ entry, distance: distanceWithin(entry.spelling, own.spelling, slips) }))
      .filter(({ distance }) => distance <= slips)
      .sort((a, b) => a.distance - b.distance || byLength(a.entry, b.entry))
    for (const { entry, distance } of typos)
      say(entry, `"${entry.name}" is ${distance === 1 ? 'one letter' : `${distance} letters`} away.`)
    return [...found.values()]
  }

  /** Entries that are the text, or have a word that is, but for slips; the fewest slips first. */
  #similar(key: string): Entry[] {
    const text = spellingKey(key)
    const slips = Math.max(1, slipsOf(text))
    if (text.length < 3) return []
    return this.#at(this.#grams.similar(text, 0.4, CLOSER))
      .map((entry) => {
        const parts = [entry.spelling, ...(entry.spelling.includes(' ') ? entry.spelling.split(' ') : [])]
        return { entry, distance: Math.min(...parts.map((part) => distanceWithin(part, text, slips))) }
      })
      .filter(({ distance }) => distance <= slips)
      .sort((a, b) => a.distance - b.distance || byLength(a.entry, b.entry))
      .map(({ entry }) => entry)
  }

  #at(slots: Iterable<number> = []): Entry[] {
    return [...slots].map((slot) => this.#entries[slot]!)
  }
}

/** The shortest entries offered, for the name that was meant is more often the plain one. */
class Shortest {
  readonly entries: Entry[] = []
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  offer(entry: Entry): void {
    const full = this.entries.length >= this.#limit
    if (full && byLength(entry, this.entries[this.entries.length - 1]) >= 0) return
    const at = this.entries.findIndex((other) => byLength(entry, other) < 0)
    this.entries.splice(at < 0 ? this.entries.length : at, 0, entry)
    if (full) this.entries.pop()
  }
}

function byLength(a: Entry, b: Entry): number {
  return a.key.length - b.key.length || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
}

function collect(
  found: Map<string, FoundName>,
  entries: readonly Entry[],
  match: FoundName['match'],
  limit: number,
): void {
  for (const { id, name } of entries) {
    if (found.size >= limit) return
    if (!found.has(id)) found.set(id, { id, name, match })
  }
}

/** As many slips as leave a word what it was: none in three letters, one in four, two from eight. */
function slipsOf(text: string): number {
  return Math.min(2, Math.floor(text.length / 4))
}

/** The distance, or more than `most` where the lengths alone say so. */
function distanceWithin(first: string, second: string, most: number): number {
  return Math.abs(first.length - second.length) > 2 * most ? most + 1 : spellingDistance(first, second)
}

function entryOf(id: string, name: string): Entry | null {
  const folded = foldName(name)
  if ('problem' in folded) return null
  const spelling = spellingKey(folded.key)
  return { id, name, key: folded.key, spelling, words: spelling.split(' ').sort().join(' ') }
}

function put(index: Map<string, Set<number>>, key: string, slot: number): void {
  const slots = index.get(key)
  if (slots) slots.add(slot)
  else index.set(key, new Set([slot]))
}

function take(index: Map<string, Set<number>>, key: string, slot: number): void {
  const slots = index.get(key)
  slots?.delete(slot)
  if (slots?.size === 0) index.delete(key)
}
