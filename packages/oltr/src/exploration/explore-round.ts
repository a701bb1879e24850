// A round of exploration on images that nobody has looked at: features, scores, the choice, and the questions that people
// answer. A folder of plain files; a killed round goes on where it was, and `oltr update` takes it from there.

import fs from 'node:fs'
import { join, relative } from 'node:path'
import { removeStaleTemporaries, sha256FileSync, writeFileAtomicSync } from '@oltr/torch/files'
import { readLooseImages } from '../datasets/class-folders.ts'
import { type Dataset, filePath } from '../datasets/dataset.ts'
import { ConfigError } from '../errors.ts'
import { whileLocked } from '../folder-lock.ts'
import { readRunConfig } from '../read-run-config.ts'
import { createProgress } from '../reporting/progress.ts'
import { loadOltr } from '../trained-model.ts'
import { heed, listenForStop } from '../training/interruption.ts'
import { runFolder } from '../training/run-folder.ts'
import { type Arm, parseArm } from './arm.ts'
import { type Extractor, extractFeatures } from './extract-features.ts'
import type { FeatureStore } from './feature-store.ts'
import { labelledImages } from './labelled-images.ts'
import { questionSheet, questionTable } from './question-sheet.ts'
import type { RoundOptions, RoundRecord } from './round-record.ts'
import { scorePool } from './score-pool.ts'
import type { ScoreLine } from './scored-pool.ts'
import { type ImageSelection, selectImages } from './select-images.ts'
import { currentVersion, type Version } from './versions.ts'

export interface Round {
  readonly folder: string
  readonly selection: ImageSelection
  /** Pool images that were left out, with the reason. */
  readonly skipped: readonly ScoreLine[]
}

/**
 * Explores a folder of images with the current version of a run's model. Throws ConfigError when `folder` holds another
 * round, DataError for a pool without images or a round that another process works on, Interrupted after a signal.
 */
export async function exploreRound(run: string, folder: string, options: RoundOptions): Promise<Round> {
  const { json: _, ...asked } = options
  const arm = parseArm(options.arm, options.scores)
  const version = currentVersion(run)
  const record: RoundRecord = { ...asked, version: version.version, model: sha256FileSync(version.file) }
  const dataset = await readLooseImages(options.pool)
  claimRound(folder, record)
  return whileLocked(folder, () => exploreIn(folder, { run, dataset, version, arm, options }))
}

interface Exploration {
  readonly run: string
  readonly dataset: Dataset
  readonly version: Version
  readonly arm: Arm
  readonly options: RoundOptions
}

async function exploreIn(
  folder: string,
  { run, dataset, version, arm, options }: Exploration,
): Promise<Round> {
  const { json } = options
  const stop = listenForStop()
  try {
    const { model, card } = loadOltr(version.file)
    const store = await poolFeatures(run, folder, dataset, { json, stop })
    const labelled = await labelledImages(run, dataset)
    const progress = createProgress({ label: 'scores', total: store.length, unit: 'images', json })
    const scored = await scorePool(
      {
        store,
        positions: Int32Array.from({ length: store.length }, (_, at) => at),
        model,
        classNames: card.classNames,
        labelled,
      },
      join(folder, 'scores.jsonl'),
      arm.scores,
      { stop, onImages: (done) => progress.update(done) },
    )
    progress.done()
    await heed(stop)
    const selection = selectImages(scored, {
      store,
      model,
      classNames: card.classNames,
      labelled: () => null,
      arm,
      budget: options.budget,
      seed: options.seed,
    })
    model.dispose()
    writeFileAtomicSync(join(folder, 'selection.json'), `${JSON.stringify(selection)}\n`)
    const { images } = dataset
    if (images.kind !== 'files') throw new TypeError('a folder of images has files')
    const linkTo = (at: number): string => relative(folder, filePath(images, at))
    writeFileAtomicSync(join(folder, 'questions.html'), questionSheet(selection, linkTo))
    // Answers that people have begun to fill in are theirs.
    const table = join(folder, 'questions.csv')
    if (!fs.existsSync(table)) writeFileAtomicSync(table, questionTable(selection))
    return { folder, selection, skipped: scored.skipped }
  } finally {
    stop.release()
  }
}

/** The features of the pool, by the extractor that all versions of the run share. */
export async function poolFeatures(
  run: string,
  folder: string,
  dataset: Dataset,
  options: Parameters<typeof extractFeatures>[3],
): Promise<FeatureStore> {
  const file = runFolder(run).model('stage2')
  const { model, card } = loadOltr(file)
  const { device } = readRunConfig(run).execution
  model.to({ device, memoryFormat: 'channels_last' })
  const extractor: Extractor = {
    model,
    sha256: sha256FileSync(file),
    transforms: card.preprocessing,
    precision: card.provenance.precision,
    device,
  }
  const store = await extractFeatures(extractor, dataset, join(folder, 'features'), options)
  model.dispose()
  return store
}

function claimRound(folder: string, record: RoundRecord): void {
  fs.mkdirSync(folder, { recursive: true })
  removeStaleTemporaries(folder)
  const file = join(folder, 'round.json')
  const text = `${JSON.stringify(record, null, 2)}\n`
  if (!fs.existsSync(file)) writeFileAtomicSync(file, text)
  else if (fs.readFileSync(file, 'utf8') !== text)
    throw new ConfigError(
      'round',
      folder,
      'this folder holds a round with another pool, budget, strategy or version of the model; choose another --out',
    )
}
