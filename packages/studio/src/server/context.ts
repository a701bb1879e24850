// What every handler works with.

import { randomUUID } from 'node:crypto'
import type { RouteName } from '../api/paths.ts'
import type { Person, Received, Response } from '../api/schemas.ts'
import type { Store } from '../store/store.ts'
import { ClassLookup } from './class-lookup.ts'
import { ImageLibrary } from './image-library.ts'
import type { RunFacts } from './run-facts.ts'

export class Studio {
  readonly store: Store
  readonly run: RunFacts
  readonly images: ImageLibrary
  readonly lookup: ClassLookup
  /** This server among several: jobs are taken in its name. */
  readonly worker = `w-${randomUUID()}`

  constructor(store: Store, run: RunFacts) {
    this.store = store
    this.run = run
    this.images = new ImageLibrary(run)
    this.lookup = new ClassLookup(store, run, this.images)
  }
}

/** Who asks: the person of the session. Routes that are public have nobody. */
export interface Asked {
  readonly person: Person
}

/** One handler a route: input is checked before, the answer after. */
export type Handlers<Names extends RouteName> = {
  readonly [Name in Names]: (studio: Studio, input: Received<Name>, asked: Asked) => Promise<Response<Name>>
}
