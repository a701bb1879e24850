// What can happen in a studio. An event says what was done, never what follows from it: every other table is computed from
// these, so that nothing is lost by undoing, merging or a change of rules.

import type { Role } from '../api/paths.ts'
import type { Settings, StudioVerdict } from '../api/schemas.ts'
import type { ClassEvent } from '../classes/class-registry.ts'

export interface RoundTask {
  readonly image: string
  readonly cluster: number
  readonly guesses: readonly { readonly class: string; readonly confidence: number }[]
  readonly nearest: readonly { readonly class: string; readonly distance: number }[]
  readonly openness: number
  readonly informativeness: number
  readonly energy: number
}

type Distributed<E> = E extends ClassEvent ? Omit<E, 'event' | 'by' | 'at' | 'kind'> : never
/** A change of the classes, without what every event says. */
export type ClassBody<Kind extends ClassEvent['kind']> = Distributed<Extract<ClassEvent, { kind: Kind }>>

export interface Bodies {
  'class.known': ClassBody<'known'>
  'class.create': ClassBody<'create'>
  'class.rename': ClassBody<'rename'>
  'class.alias': ClassBody<'alias'>
  'class.merge': ClassBody<'merge'>
  'class.distinct': ClassBody<'distinct'>
  'class.split': ClassBody<'split'>
  'class.undo': ClassBody<'undo'>
  'person.joined': { person: string; name: string; role: Role }
  'person.removed': { person: string }
  'settings.changed': Partial<Settings>
  'round.opened': {
    round: number
    folder: string
    version: number
    poolFolder: string
    pool: number
    clusters: number
    /** In the order of the queue. */
    tasks: readonly RoundTask[]
  }
  /** `classes`: what the model calls the classes that it learned. */
  'version.made': { round: number; version: number; classes: readonly { id: string; name: string }[] }
  'answer.given': { task: string; verdict: StudioVerdict; note: string | null }
  'answer.undone': { answer: string }
  'answer.redone': { answer: string }
  'review.settled': { task: string; verdict: StudioVerdict }
  'review.sent-back': { task: string; comment: string }
  'review.reopened': { task: string }
  'review.control': { task: string; class: string | null }
}

export type EventKind = keyof Bodies

export type NewEvent = {
  [Kind in EventKind]: {
    readonly uuid: string
    readonly actor: string
    readonly kind: Kind
    readonly body: Bodies[Kind]
    /** Where it happened before it came here: in an import. */
    readonly at?: number
  }
}[EventKind]

export type StoredEvent = NewEvent & { readonly seq: number; readonly at: number }

/** Makes an event; its body fits its kind. */
export function event<Kind extends EventKind>(
  kind: Kind,
  body: Bodies[Kind],
  actor: string,
  uuid: string,
): NewEvent {
  return { uuid, actor, kind, body } as unknown as NewEvent
}
