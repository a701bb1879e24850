// From a data configuration to the sets a run uses: read, hold classes out, give the long tail, take the validation part
// out of the training images, add the unknown images; and the record of what was chosen.

import { DataError } from '../errors.ts'
import type { DataConfig, DataConfigInput } from './data-config.ts'
import { parseDataConfig } from './data-config.ts'
import type { Dataset } from './dataset.ts'
import { classCounts } from './dataset.ts'
import { longTailIndices } from './long-tail.ts'
import { concatenate, holdOutClasses } from './open-split.ts'
import { readOpenSet } from './read-open-set.ts'
import type { SourceParts } from './read-source.ts'
import { readSource } from './read-source.ts'
import type { Selection } from './selection.ts'
import { asUnknown, materialise, partOf, pick, relabel } from './selection.ts'
import type { SplitPart, SplitPartName, SplitRecord } from './split-record.ts'
import { holdOutValidation } from './validation-split.ts'

export interface Splits {
  readonly train: Dataset
  readonly validation: Dataset | null
  readonly test: Dataset
  /** Unknown images for testing and for fitting thresholds; every label is -1. The two never share an image. */
  readonly open: Dataset | null
  readonly openValidation: Dataset | null
  readonly record: SplitRecord
}

/**
 * Loads every part of a run's data. Throws ConfigError for a wrong configuration and DataError for data that cannot be
 * used, among them a known class that is left without a training image.
 */
export async function loadSplits(input: DataConfigInput): Promise<Splits> {
  const config = parseDataConfig(input)
  const source = await readSource(config)
  const selections = choose(config, source)
  if (config.open) {
    const second = await readOpenSet(config.open)
    const { classNames } = selections.train
    selections.open = joinOpen(selections.open, asUnknown(second.open, classNames))
    if (second.openValidation) {
      selections.openValidation = joinOpen(
        selections.openValidation,
        asUnknown(second.openValidation, classNames),
      )
    }
  }
  const parts: Partial<Record<SplitPartName, SplitPart>> = {}
  const load = (name: SplitPartName, selection: Selection | null): Dataset | null => {
    if (!selection) return null
    const dataset = materialise(selection, `${config.format}/${name}`)
    parts[name] = partOf(selection, dataset)
    return dataset
  }
  const train = load('train', selections.train) as Dataset
  refuseEmptyClasses(train, config)
  const validation = load('validation', selections.validation)
  const test = load('test', selections.test) as Dataset
  const open = load('open', selections.open)
  const openValidation = load('openValidation', selections.openValidation)
  const { format, path, lists, longTail, heldOut, validation: heldValidation, open: second, seed } = config
  const record: SplitRecord = {
    version: 1,
    source: { format, path, lists, longTail, heldOut, validation: heldValidation, open: second, seed },
    classNames: train.classNames,
    heldOut: selections.heldOut,
    parts,
  }
  return { train, validation, test, open, openValidation, record }
}

interface Chosen {
  train: Selection
  validation: Selection | null
  test: Selection
  open: Selection | null
  openValidation: Selection | null
  heldOut: readonly string[]
}

function choose(config: DataConfig, source: SourceParts): Chosen {
  const chosen: Chosen = { ...source, heldOut: [] }
  if (config.heldOut) holdOut(chosen, source.train.classNames, config.heldOut)

  const full = chosen.train
  if (config.longTail) chosen.train = pick(full, longTailIndices(full, config.longTail))
  if (config.validation) {
    const used = new Set(chosen.train.indices)
    const positions = new Map(Array.from(full.indices, (index, position) => [index, position]))
    const train = chosen.train.indices.map((index) => positions.get(index) as number)
    const spare = Int32Array.from(full.indices.keys()).filter((position) => !used.has(full.indices[position]))
    const parts = holdOutValidation(full.labels, full.classNames.length, train, spare, config.validation)
    chosen.train = pick(full, parts.train)
    chosen.validation = pick(full, parts.validation)
  }
  return chosen
}

/** Moves the held-out classes from the known parts to the open ones and renumbers the classes that stay. */
function holdOut(
  chosen: Chosen,
  classNames: readonly string[],
  options: NonNullable<DataConfig['heldOut']>,
): void {
  const roles = holdOutClasses(classNames, options)
  const names = roles.known.map((label) => classNames[label])
  const only = (selection: Selection, labels: readonly number[]): Selection => {
    const wanted = new Set(labels)
    const positions = [...selection.labels.keys()].filter((at) => wanted.has(selection.labels[at]))
    return asUnknown(pick(selection, positions), names)
  }
  const known = (selection: Selection) => relabel(selection, roles.newLabels, names)
  const { train, validation, test } = chosen
  chosen.open = joinOpen(chosen.open && asUnknown(chosen.open, names), only(test, roles.open))
  if (roles.openValidation.length > 0) {
    chosen.openValidation = joinOpen(chosen.openValidation, only(validation ?? train, roles.openValidation))
  }
  chosen.train = known(train)
  chosen.validation = validation && known(validation)
  chosen.test = known(test)
  chosen.heldOut = roles.open.map((label) => classNames[label])
}

function joinOpen(first: Selection | null, second: Selection): Selection {
  if (!first) return second
  const base = concatenate(first.base, second.base, `${first.base.name} + ${second.base.name}`)
  const offset = first.base.labels.length
  const indices = Int32Array.from([...first.indices, ...second.indices.map((index) => index + offset)])
  return asUnknown({ base, indices, labels: indices, classNames: second.classNames }, second.classNames)
}

function refuseEmptyClasses(train: Dataset, config: DataConfig): void {
  if (train.labels.length === 0) {
    throw new DataError(
      config.path ?? config.format,
      'expected training images, there are none; check the path',
    )
  }
  const counts = classCounts(train)
  const empty = train.classNames.filter((_, label) => counts[label] === 0)
  if (empty.length > 0) {
    const shown = empty.slice(0, 5).join(', ') + (empty.length > 5 ? ` and ${empty.length - 5} more` : '')
    throw new DataError(
      config.path ?? config.format,
      `${empty.length} of ${train.classNames.length} classes have no training image (${shown}); ` +
        'add images, remove the class, or hold it out as unknown (data.heldOut.classes)',
    )
  }
}
