// Made-up records of dynamic loops for tests: unremarkable unless told otherwise.

import type { LoopRecord } from './loop-record.ts'

export function loopRecord(given: Partial<LoopRecord> = {}): LoopRecord {
  return {
    protocol: 'budget-curve',
    arm: 'random',
    seed: 0,
    stage: 1,
    budget: '10%',
    pool: 1000,
    queried: 100,
    queriedOpen: 50,
    labelled: 100,
    openClasses: 20,
    discovered: 10,
    known: 0.6,
    knownBefore: 0.65,
    many: 0.7,
    medium: 0.6,
    few: 0.5,
    unknown: 0.4,
    unknownCumulative: 0.4,
    selectSeconds: 1,
    updateSeconds: 2,
    ...given,
  }
}

/** One record for each accuracy on the open classes, seeds 0, 1, 2 … */
export function loopSeeds(unknown: readonly number[], given: Partial<LoopRecord> = {}): LoopRecord[] {
  return unknown.map((value, seed) =>
    loopRecord({ unknown: value, unknownCumulative: value, seed, ...given }),
  )
}
