// Who names the images: one contract for the simulated oracle, the simulated crowd, a file that people filled in, and the
// studio. Questions go in as a batch; answers come out in any order, later, or never.

/** One image to name. */
export interface Question {
  /** SHA-256 of the image's content: however often an image is in the pool, it is one question. */
  readonly id: string
  /** Where the image is: a file, or its place in an archive such as `cifar100/pool/17`. */
  readonly image: string
  /** What the model takes it for, best first. */
  readonly guesses: readonly { readonly className: string; readonly confidence: number }[]
}

/** What somebody says about an image. `class`: a class by name, known or new. `known`: a known class, but not which. */
export type Verdict =
  | { readonly kind: 'class'; readonly name: string }
  | { readonly kind: 'known' }
  | { readonly kind: 'unsure' }
  | { readonly kind: 'not-an-object' }
  | { readonly kind: 'skip' }

export type Answer = Verdict & {
  /** `Question.id`. */
  readonly question: string
  readonly annotator: string
}

export interface Annotator {
  readonly name: string
  /**
   * Answers to some or all of the questions, in any order. What has not come when the iteration ends will not come. A
   * simulated annotator gives the same answer to a question however often, and in whatever company, it is asked.
   */
  answer(questions: readonly Question[]): AsyncIterable<Answer>
}
