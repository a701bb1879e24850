// What can happen to classes. A class is an id; names are things it has, and every change can be undone.

interface Happened {
  /** UUID, made by whoever did it. */
  readonly event: string
  readonly by: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Any change but an undo. */
export type ClassChange = Happened &
  (
    | {
        /** A model version has learned these. Always holds: it states what is. */
        readonly kind: 'known'
        readonly classes: readonly { readonly id: string; readonly name: string }[]
      }
    | { readonly kind: 'create'; readonly class: string; readonly name: string }
    | { readonly kind: 'rename'; readonly class: string; readonly name: string }
    | { readonly kind: 'alias'; readonly class: string; readonly name: string }
    | { readonly kind: 'merge'; readonly from: string; readonly into: string }
    /** They are not the same, whatever suggests it: nobody is asked again, and nobody merges them by mistake. */
    | { readonly kind: 'distinct'; readonly class: string; readonly other: string }
    | {
        /** Answers on these images go from `class` to `into`, a new class of that name or the live one that has it. */
        readonly kind: 'split'
        readonly class: string
        readonly into: string
        readonly name: string
        readonly images: readonly string[]
      }
  )

export type ClassEvent =
  | ClassChange
  | (Happened & {
      readonly kind: 'undo'
      /** UUID of the event that is taken back. */
      readonly target: string
    })
