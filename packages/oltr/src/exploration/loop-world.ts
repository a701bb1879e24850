// Everything that the arms of a simulated loop share: the trained model, and the features of every image that may be
// explored or judged on, computed once.

import { join } from 'node:path'
import { sha256FileSync } from '@oltr/torch/files'
import { classCounts, type Dataset } from '../datasets/dataset.ts'
import { type ExplorationData, loadExplorationData } from '../datasets/exploration-data.ts'
import { loadSplits, type Splits } from '../datasets/load-splits.ts'
import { type ShotGroup, shotGroups, shotRule } from '../metrics/shot-groups.ts'
import type { OpenLongTailedModel } from '../model.ts'
import { readRunConfig } from '../read-run-config.ts'
import type { RunConfig } from '../run-config.ts'
import { loadOltr, type ModelCard } from '../trained-model.ts'
import { checkSplit } from '../training/run-claim.ts'
import { runFolder } from '../training/run-folder.ts'
import { type ExtractOptions, type Extractor, extractFeatures } from './extract-features.ts'
import type { FeatureStore } from './feature-store.ts'
import type { JudgedSet } from './judged-set.ts'

export interface LoopWorld {
  readonly config: RunConfig
  readonly splits: Splits
  readonly exploration: ExplorationData
  readonly model: OpenLongTailedModel
  readonly card: ModelCard
  /** SHA-256 of the base model's file. */
  readonly modelSha256: string
  /** K + Z true class names; the base model's come first and are its own. */
  readonly classNames: readonly string[]
  /** Shot group of each of the K known classes. */
  readonly groups: readonly ShotGroup[]
  readonly pool: FeatureStore
  /** True label of each image of the pool, (N,). */
  readonly poolLabels: Int32Array
  readonly training: FeatureStore
  readonly validation: JudgedSet | null
  readonly test: JudgedSet
  readonly openTest: JudgedSet
}

/**
 * Loads a finished run and everything that its loop explores; features are kept in `folder`. Throws DataError for an
 * unfinished run or other images than it was trained on, ConfigError where nothing is left to discover.
 */
export async function loadLoopWorld(
  run: string,
  folder: string,
  options: ExtractOptions,
): Promise<LoopWorld> {
  const config = readRunConfig(run)
  const file = runFolder(run).model('stage2')
  const trained = loadOltr(file)
  const exploration = await loadExplorationData(config.data)
  const splits = await loadSplits(config.data)
  await checkSplit(runFolder(run), splits.record)
  const { model, card } = trained
  model.to({ device: config.execution.device, memoryFormat: 'channels_last' })
  const extractor: Extractor = {
    model,
    sha256: sha256FileSync(file),
    transforms: card.preprocessing,
    precision: card.provenance.precision,
    device: config.execution.device,
  }
  const extract = (name: string, dataset: Dataset): Promise<FeatureStore> =>
    extractFeatures(extractor, dataset, join(folder, name), options)
  const judged = async (name: string, dataset: Dataset): Promise<JudgedSet> => {
    const store = await extract(name, dataset)
    return { features: store.read(0, store.length), labels: dataset.labels }
  }
  const world = {
    config,
    splits,
    exploration,
    model,
    card,
    modelSha256: extractor.sha256,
    classNames: exploration.pool.classNames,
    groups: shotGroups(classCounts(splits.train), shotRule(config.shots.manyAbove, config.shots.fewBelow)),
    poolLabels: exploration.pool.labels,
    training: await extract('training', splits.train),
    pool: await extract('pool', exploration.pool),
    validation: splits.validation && (await judged('validation', splits.validation)),
    test: await judged('test', splits.test),
    openTest: await judged('open-test', exploration.openTest),
  }
  // The head works on features in memory, which are few.
  model.to({ device: 'cpu' })
  return world
}
