// What each kind of long work does: programs to run, and what to keep of their results.

import type { JobKind } from '../../store/jobs.ts'
import type { Studio } from '../context.ts'
import type { ChildOptions } from '../run-child.ts'
import { drawMap, recogniseRound } from './derive.ts'
import { explore, samplePool } from './explore.ts'
import { update } from './update.ts'

export interface JobContext {
  readonly studio: Studio
  /** Who asked for it. */
  readonly by: string
  readonly run: (
    command: readonly string[],
    options?: ChildOptions,
  ) => Promise<{ code: number; output: string }>
  readonly report: (report: { label?: string; progress?: number | null; secondsLeft?: number | null }) => void
}

/** Resolves with one sentence about what came out. */
type JobOf = (context: JobContext, input: never) => Promise<string>

export const jobs: Readonly<Record<JobKind, JobOf>> = {
  explore,
  'sample-pool': samplePool,
  update,
  recognise: recogniseRound,
  map: drawMap,
}
