// The people of a studio as one annotator of a round: questions go in, and what they agree on comes out, as they come to agree
// or as far as they do.

import { setTimeout } from 'node:timers/promises'
import { type Annotator, type Answer, type Question, readModelCard } from 'oltr/exploration'
import { nameOf } from '../store/answers.ts'
import { judgeRound } from '../store/round-consensus.ts'
import { classIdOf } from './class-lookup.ts'
import type { Studio } from './context.ts'

/** Answers may come through another server on the same database. */
const LOOK_EVERY = 1000

export interface StudioAnnotatorOptions {
  /**
   * Until it aborts, what is missing is waited for: an image counts once as many people answered as the settings ask for, or
   * a reviewer settled it. Without it, what people agree on now is all there is.
   */
  readonly wait?: AbortSignal
}

export class StudioAnnotator implements Annotator {
  readonly name = 'studio'
  readonly #studio: Studio
  readonly #round: number
  readonly #wait: AbortSignal | undefined

  /** For the images of an open round. */
  constructor(studio: Studio, round: number, { wait }: StudioAnnotatorOptions = {}) {
    this.#studio = studio
    this.#round = round
    this.#wait = wait
  }

  /** One answer a question at most. Throws RefusedError where the round is not open. */
  async *answer(questions: readonly Question[]): AsyncGenerator<Answer> {
    const missing = new Set(questions.map(({ id }) => id))
    for (;;) {
      // Listens before it looks, so that nothing comes between the two.
      const change = this.#change()
      for (const answer of await this.#agreed()) if (missing.delete(answer.question)) yield answer
      if (missing.size === 0 || !this.#wait || this.#wait.aborted) return
      await change
    }
  }

  async #agreed(): Promise<Answer[]> {
    const { store, run } = this.#studio
    const { tasks } = await judgeRound(store, this.#round)
    const classes = await store.classes()
    // The model keeps the names that it learned its classes by, whatever people call them now.
    const modelName = new Map(
      readModelCard(run.inUse.file).classNames.map((name) => [classIdOf(classes, name), name]),
    )
    return tasks
      .filter(({ done }) => done || !this.#wait)
      .flatMap(({ task, class: id }) =>
        id === null
          ? []
          : [
              {
                kind: 'class',
                name: modelName.get(id) ?? nameOf(classes, id),
                question: task.image,
                annotator: this.name,
              },
            ],
      )
  }

  /** Ends when something may have changed, or nobody waits any longer. */
  async #change(): Promise<void> {
    const ended = Promise.withResolvers<void>()
    const stop = this.#studio.store.onChange(() => ended.resolve())
    this.#wait?.addEventListener('abort', () => ended.resolve(), { once: true })
    await Promise.race([ended.promise, setTimeout(LOOK_EVERY, undefined, { ref: false })])
    stop()
  }
}
