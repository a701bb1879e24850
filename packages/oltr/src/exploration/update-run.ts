// Answers into a new version of a run's model: read, agreed on, taken in, judged on validation images, and either written as
// the next version or refused.

import fs from 'node:fs'
import { join } from 'node:path'
import { sha256, sha256FileSync, writeFileAtomicSync } from '@oltr/torch/files'
import { readLooseImages } from '../datasets/class-folders.ts'
import { classCounts } from '../datasets/dataset.ts'
import { loadSplits } from '../datasets/load-splits.ts'
import { ConfigError, DataError } from '../errors.ts'
import { whileLocked } from '../folder-lock.ts'
import { type ShotGroup, shotGroups, shotRule } from '../metrics/shot-groups.ts'
import { readRunConfig } from '../read-run-config.ts'
import { loadOltr } from '../trained-model.ts'
import { addVersion } from './add-version.ts'
import { readAnswers } from './annotation/answer-file.ts'
import { type AppliedUpdate, applyLabels } from './apply-labels.ts'
import type { ConsensusMethod } from './consensus/consensus.ts'
import { poolFeatures } from './explore-round.ts'
import { judgeNewClasses } from './judge-new-classes.ts'
import type { JudgedSet } from './judged-set.ts'
import { type Labelling, labelAnswers } from './label-answers.ts'
import { NameDecisions } from './naming/name-decisions.ts'
import { readSynonyms } from './naming/synonyms.ts'
import { readRound } from './round-record.ts'
import type { UpdateConfig } from './update-model.ts'
import { currentVersion, type Version } from './versions.ts'

export interface UpdateRunOptions {
  /** Files that people filled in; default: questions.csv of the round. */
  readonly answers?: readonly string[]
  readonly synonyms?: string
  readonly consensus: ConsensusMethod
  /** Join names that evidently mean one class. */
  readonly merge: boolean
  /** Names that somebody says are one class, and earlier merges, by number, that are taken back. */
  readonly same?: readonly { readonly from: string; readonly into: string }[]
  readonly undo?: readonly number[]
  readonly update: UpdateConfig
  readonly json?: boolean
}

export interface RunUpdate {
  readonly labelling: Labelling
  /** Merges of names in force, by the number that takes them back. */
  readonly merged: NameDecisions['inForce']
  /** The new version, in use from now on; null where the update was refused. */
  readonly version: Version | null
  readonly newClasses: readonly string[]
  readonly before: AppliedUpdate['before']
  readonly after: AppliedUpdate['after']
  readonly refused: string | null
}

/**
 * Updates the current version of a run with the answers to a round. Throws ConfigError where the round was explored with
 * another version, DataError where nobody has answered, the pool has changed, or another process works on the run.
 */
export async function updateRun(run: string, round: string, options: UpdateRunOptions): Promise<RunUpdate> {
  // A folder that is no run stays as it is.
  currentVersion(run)
  return whileLocked(run, () => updateIn(run, round, options))
}

async function updateIn(run: string, round: string, options: UpdateRunOptions): Promise<RunUpdate> {
  const { record, selection } = readRound(round)
  const parent = currentVersion(run)
  if (sha256FileSync(parent.file) !== record.model)
    throw new ConfigError(
      'round',
      round,
      `was explored with version ${record.version}, and version ${parent.version} is in use: explore again, or \`oltr versions ${run} --use ${record.version}\``,
    )
  const files = options.answers?.length ? options.answers : [join(round, 'questions.csv')]
  const answers = (await Promise.all(files.map(readAnswers))).flat()
  if (answers.length === 0)
    throw new DataError(files.join(', '), 'holds no answer yet; write class names into the column `answer`')
  const { model, card } = loadOltr(parent.file)
  const namesFile = join(round, 'names.json')
  const decisions = fs.existsSync(namesFile) ? NameDecisions.load(namesFile) : new NameDecisions()
  for (const id of options.undo ?? []) decisions.undo(id)
  for (const { from, into } of options.same ?? [])
    decisions.merge(from, into, { by: 'person', reason: 'said so' })
  const store = await poolFeatures(run, round, await readLooseImages(record.pool), { json: options.json })
  const place = new Map(selection.asked.map((image) => [image.id, image]))
  const featureOf = (id: string): Float32Array | undefined => {
    const at = place.get(id)?.at
    return at === undefined ? undefined : store.readAt([at])
  }
  const labelling = labelAnswers(
    answers,
    new Set(selection.asked.map(({ id }) => id)),
    card.classNames,
    decisions,
    {
      consensus: options.consensus,
      merge: options.merge,
      featureOf,
      synonyms: options.synonyms === undefined ? undefined : await readSynonyms(options.synonyms),
    },
  )
  decisions.save(namesFile)
  writeFileAtomicSync(join(round, 'labels.json'), `${JSON.stringify(labelling, null, 2)}\n`)
  if (labelling.labels.length === 0)
    throw new DataError(
      files.join(', '),
      'leaves no image with a class that people agree on; see labels.json',
    )
  const images = labelling.labels.map(({ id }) => place.get(id)!)
  const { validation, groups } = await validationFeatures(run, options.json)
  const named = {
    features: store.readAt(images.map(({ at }) => at)),
    classNames: labelling.labels.map(({ className }) => className),
    energies: images.map(({ energy }) => energy),
  }
  const applied = applyLabels(model, card, named, validation, groups, options.update)
  const { refused, before, newClasses } = applied
  const gained = judgeNewClasses(model, card.classNames, named, card.trainingCounts, options.update)
  const after = applied.after && { ...applied.after, unknown: gained }
  const version =
    refused === null
      ? addVersion(run, parent, applied.model, applied.card, labelling.labels, {
          newClasses,
          annotations: {
            file: files.join(', '),
            sha256: sha256(files.map((file) => fs.readFileSync(file))),
            images: labelling.labels.length,
          },
          before,
          after,
          settings: options.update,
        })
      : null
  model.dispose()
  applied.model.dispose()
  return { labelling, merged: decisions.inForce, version, newClasses, before, after, refused }
}

/** Validation images of the run, as features; none where it has none, or its data are gone. */
async function validationFeatures(
  run: string,
  json?: boolean,
): Promise<{ validation: JudgedSet | null; groups: ShotGroup[] }> {
  const config = readRunConfig(run)
  try {
    const { train, validation } = await loadSplits(config.data)
    const groups = shotGroups(classCounts(train), shotRule(config.shots.manyAbove, config.shots.fewBelow))
    if (!validation) return { validation: null, groups }
    const store = await poolFeatures(run, join(run, 'versions', 'validation'), validation, { json })
    return { validation: { features: store.read(0, store.length), labels: validation.labels }, groups }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    process.stderr.write(
      `warning: the update cannot be judged, the run's data are not at hand (${error.message})\n`,
    )
    return { validation: null, groups: [] }
  }
}
