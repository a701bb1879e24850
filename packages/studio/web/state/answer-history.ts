// What undo and redo do next, from the list of one's answers alone: so both go on after a reload.

import type { StudioVerdict } from '../../src/api/schemas.ts'
import type { Operation } from './outbox-box.ts'

export interface PastAnswer {
  readonly uuid: string
  readonly task: string
  readonly image: string
  readonly verdict: StudioVerdict
  readonly className: string | null
  readonly at: number
  readonly undone: boolean
  /** Answers of one keystroke, which go back together. Answers from before a reload have none. */
  readonly step?: string
}

/** Whether two answers were given at one keystroke. Those from before a reload go back one by one. */
function together(a: PastAnswer, b: PastAnswer): boolean {
  return a === b || (a.step !== undefined && a.step === b.step)
}

/** The answers that undo takes back: the newest step that stands. `past` is newest first. */
export function toUndo(past: readonly PastAnswer[]): PastAnswer[] {
  const start = past.findIndex((answer) => !answer.undone)
  if (start === -1) return []
  const first = past[start]!
  const step = [first]
  for (const answer of past.slice(start + 1)) {
    if (answer.undone || !together(first, answer)) break
    step.push(answer)
  }
  return step
}

/**
 * The answers that redo gives again: of those taken back since the newest that stands, the oldest step. One whose image
 * got another answer later is not among them.
 */
export function toRedo(past: readonly PastAnswer[]): PastAnswer[] {
  const standing = past.findIndex((answer) => !answer.undone)
  const undone = standing === -1 ? past : past.slice(0, standing)
  const answeredLater = new Set<string>()
  const open: PastAnswer[] = []
  for (const answer of undone) {
    if (!answeredLater.has(answer.task)) open.push(answer)
    answeredLater.add(answer.task)
  }
  const oldest = open.at(-1)
  if (oldest === undefined) return []
  return open.filter((answer) => together(oldest, answer))
}

/**
 * The same with what lies in this browser and has not reached the server: after a reload it is part of the history, too.
 * `kept` is oldest first.
 */
export function withKept(past: readonly PastAnswer[], kept: readonly Operation[]): PastAnswer[] {
  let all = [...past]
  for (const operation of kept) {
    if (operation.kind !== 'answer') {
      const undone = operation.kind === 'undo'
      all = all.map((answer) => (operation.answers.includes(answer.uuid) ? { ...answer, undone } : answer))
      continue
    }
    const { uuid, task, verdict } = operation.answer
    if (all.some((answer) => answer.uuid === uuid)) continue
    const image = task.slice(task.indexOf('-') + 1)
    all.unshift({ uuid, task, image, verdict, className: null, at: Date.now(), undone: false })
  }
  return all
}

/** Classes chosen lately, without repetition. `past` is newest first. */
export function recentClasses(past: readonly PastAnswer[], most: number): { class: string; name: string }[] {
  const recent = new Map<string, string>()
  for (const { verdict, className, undone } of past) {
    if (recent.size === most) break
    if (verdict.kind === 'class' && className !== null && !undone && !recent.has(verdict.class)) {
      recent.set(verdict.class, className)
    }
  }
  return [...recent].map(([id, name]) => ({ class: id, name }))
}
