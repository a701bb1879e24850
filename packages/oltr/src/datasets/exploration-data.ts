// What a trained recogniser has not seen yet, with the answers that a simulated person gives: images of its classes that
// it was not trained on, and images of classes that it does not know. Protocols of exploration draw their pools from it.

import { ConfigError } from '../errors.ts'
import { chooseSelections } from './choose-selections.ts'
import type { DataConfigInput } from './data-config.ts'
import { parseDataConfig } from './data-config.ts'
import type { Dataset } from './dataset.ts'
import { concatenate } from './open-split.ts'
import { readSource } from './read-source.ts'
import { materialise } from './selection.ts'

export interface ExplorationData {
  /** K, the classes that the recogniser knows; they come first in every `classNames` here. */
  readonly knownClasses: number
  /** Everything that may be explored; labels 0..K+Z-1. */
  readonly pool: Dataset
  /** Test images of the Z open classes; labels K..K+Z-1. */
  readonly openTest: Dataset
}

/** Built-in images of each class: known ones three times as many as open ones, for the usual 60 and 15 classes. */
const GENERATED = { perKnown: 75, perOpen: 100 } as const

/**
 * Loads it. The built-in set has open classes of its own; any other needs classes held out (`data.heldOut`), whose
 * training images then are the open part of the pool. Throws ConfigError where there is nothing to discover.
 */
export async function loadExplorationData(input: DataConfigInput): Promise<ExplorationData> {
  const config = parseDataConfig(input)
  if (config.format === 'generated' && !config.heldOut) {
    const { generateExploration } = await import('./generated.ts')
    const options = { size: config.imageSize, seed: config.seed, ...config.generated }
    const { pool, openTest } = generateExploration(options, GENERATED)
    const opens = new Set(openTest.labels).size
    if (opens === 0)
      throw new ConfigError('data.generated.openClasses', 0, 'expected at least one class to discover')
    return { knownClasses: pool.classNames.length - opens, pool, openTest }
  }
  const { train, unused, discoverable } = chooseSelections(config, await readSource(config))
  if (!discoverable) {
    throw new ConfigError(
      'data.heldOut',
      undefined,
      'expected classes held out as unknown, for instance --set data.heldOut.classes=20 when training; there is nothing to discover otherwise',
    )
  }
  const left = materialise(unused, `${config.format}/unused`)
  const open = materialise(discoverable.training, `${config.format}/open`)
  const { classNames } = discoverable.training
  const pool = { ...concatenate(left, open, `${config.format}/pool`), classNames }
  return {
    knownClasses: train.classNames.length,
    pool,
    openTest: materialise(discoverable.test, `${config.format}/open-test`),
  }
}
