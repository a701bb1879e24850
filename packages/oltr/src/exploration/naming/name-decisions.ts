// Which names were merged, by whom and why: a record to which decisions are added and from which none is removed. A merge that
// was a mistake is undone by a further entry; merges made after it stay.

import { readFileSync } from 'node:fs'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { z } from 'zod'
import { byCodeUnits } from '../../datasets/image-files.ts'
import { ConfigError, DataError } from '../../errors.ts'

const entrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('merge'),
    id: z.int().min(1),
    from: z.string().min(1),
    into: z.string().min(1),
    by: z.string(),
    reason: z.string(),
  }),
  z.strictObject({ kind: z.literal('undo'), id: z.int().min(1) }),
])
const recordSchema = z.strictObject({ version: z.literal(1), entries: z.array(entrySchema) })

export type NameEntry = z.output<typeof entrySchema>
export type NameRecord = z.output<typeof recordSchema>

export class NameDecisions {
  readonly #entries: NameEntry[] = []
  /** Merges in force, by the name that goes. */
  readonly #merged = new Map<string, { id: number; into: string }>()
  #merges = 0

  /** From now on `from` and all names merged into it are called `into`. Returns the number by which it can be undone. */
  merge(from: string, into: string, { by, reason }: { by: string; reason: string }): number {
    if (from === '' || into === '') throw new ConfigError('merge', { from, into }, 'two names are needed')
    const earlier = this.#merged.get(from)
    if (earlier) {
      const remedy = `undo merge ${earlier.id} or merge "${this.resolve(from)}" instead`
      throw new ConfigError(
        'merge.from',
        from,
        `a name that is not merged yet (into "${earlier.into}") is needed; ${remedy}`,
      )
    }
    if (this.resolve(into) === from)
      throw new ConfigError('merge.into', into, `a name that does not mean "${from}" already is needed`)
    const id = ++this.#merges
    this.#entries.push({ kind: 'merge', id, from, into, by, reason })
    this.#merged.set(from, { id, into })
    return id
  }

  /** Takes one merge back; every other one stays in force. */
  undo(id: number): void {
    for (const [from, merged] of this.#merged) {
      if (merged.id !== id) continue
      this.#merged.delete(from)
      this.#entries.push({ kind: 'undo', id })
      return
    }
    throw new ConfigError('undo', id, 'the number of a merge that is in force is needed')
  }

  /** Whether this very merge was made once and taken back: somebody knows better than the evidence. */
  wasUndone(from: string, into: string): boolean {
    const undone = new Set(this.#entries.filter(({ kind }) => kind === 'undo').map(({ id }) => id))
    return this.#entries.some(
      (entry) => entry.kind === 'merge' && entry.from === from && entry.into === into && undone.has(entry.id),
    )
  }

  /** What a name is called after all merges in force. */
  resolve(name: string): string {
    let resolved = name
    // Ends: merge() lets no cycle in, and undoing opens chains only.
    for (let next = this.#merged.get(resolved); next; next = this.#merged.get(resolved)) resolved = next.into
    return resolved
  }

  /** Names into which others are merged and that go by no other name themselves, in alphabetical order. */
  canonicalNames(): string[] {
    return [...new Set([...this.#merged.keys()].map((name) => this.resolve(name)))].sort(byCodeUnits)
  }

  /** Merges in force, in the order they were made. */
  get inForce(): readonly Extract<NameEntry, { kind: 'merge' }>[] {
    const ids = new Set([...this.#merged.values()].map(({ id }) => id))
    return this.#entries.filter((entry) => entry.kind === 'merge').filter(({ id }) => ids.has(id))
  }

  toJSON(): NameRecord {
    return { version: 1, entries: this.#entries.map((entry) => ({ ...entry })) }
  }

  /** The decisions of a record, made again one after the other. Throws ConfigError where that is impossible. */
  static fromJSON(value: unknown): NameDecisions {
    const record = recordSchema.safeParse(value)
    if (!record.success) {
      const at = record.error.issues[0].path.join('.')
      throw new ConfigError(
        'names',
        value,
        `a record of merges and undos is needed (wrong at ${at || 'the top'})`,
      )
    }
    const decisions = new NameDecisions()
    for (const entry of record.data.entries) {
      if (entry.kind === 'undo') decisions.undo(entry.id)
      else if (decisions.merge(entry.from, entry.into, entry) !== entry.id)
        throw new ConfigError('names', entry.id, 'merges numbered 1, 2, 3 … in their order are needed')
    }
    return decisions
  }

  /** Writes the record, whole or not at all. The folder must exist. */
  save(file: string): void {
    writeFileAtomicSync(file, `${JSON.stringify(this, null, 2)}\n`)
  }

  /** Throws DataError for a file that cannot be read or holds something else. */
  static load(file: string): NameDecisions {
    try {
      return NameDecisions.fromJSON(JSON.parse(readFileSync(file, 'utf8')))
    } catch (cause) {
      const why = (cause as Error).message
      throw new DataError(
        file,
        `expected a record of name decisions, got none (${why}); restore or remove it`,
        { cause },
      )
    }
  }
}
