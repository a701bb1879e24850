// What long work is called, from what was asked for: while it runs its steps are shown, before and after that its title.

import type { Job } from '../api/schemas.ts'

interface Asked {
  readonly pool?: string
  readonly round?: number
  readonly version?: number
}

const TITLES: Readonly<Record<Job['kind'], (asked: Asked) => string>> = {
  explore: ({ pool }) => `looking through ${pool}`,
  'sample-pool': () => 'drawing sample images and looking through them',
  update: ({ round }) => `taking the answers of round ${round} into the model`,
  recognise: ({ round, version }) => `recognising the images of round ${round} with version ${version}`,
  map: ({ round }) => `drawing the map of round ${round}`,
}

export function titleOf(kind: Job['kind'], input: unknown): string {
  return TITLES[kind](input as Asked)
}
