// Parts of tasks as routes show them.

import type { z } from 'zod'
import type { StudioVerdict, schemas } from '../api/schemas.ts'
import type { ClassRegistry } from '../classes/class-registry.ts'
import { nameOf } from '../store/answers.ts'
import type { Tables } from '../store/tables.ts'

type Guess = z.output<(typeof schemas)['claimTasks']['response']>['tasks'][number]['guesses'][number]

export function guessesOf(task: Pick<Tables['task'], 'guesses'>, classes: ClassRegistry): Guess[] {
  return (JSON.parse(task.guesses) as { class: string; confidence: number }[]).map(
    ({ class: id, confidence }) => {
      const live = classes.resolve(id) ?? id
      return { class: live, name: nameOf(classes, live), confidence }
    },
  )
}

/** A verdict in words. */
export function verdictText(verdict: StudioVerdict, classes: ClassRegistry): string {
  if (verdict.kind === 'class') return nameOf(classes, verdict.class)
  return {
    known: 'a known class',
    unsure: 'unsure',
    'not-an-object': 'not an object',
    'several-objects': 'several objects',
    skip: 'skipped',
  }[verdict.kind]
}
