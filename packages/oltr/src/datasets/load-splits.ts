// From a data configuration to the sets a run uses: the chosen images, loaded, the unknown images added; and the record of
// what was chosen.

import { DataError } from '../errors.ts'
import { chooseSelections, joinOpen } from './choose-selections.ts'
import type { DataConfig, DataConfigInput } from './data-config.ts'
import { parseDataConfig } from './data-config.ts'
import type { Dataset } from './dataset.ts'
import { classCounts } from './dataset.ts'
import { readOpenSet } from './read-open-set.ts'
import { readSource } from './read-source.ts'
import type { Selection } from './selection.ts'
import { asUnknown, materialise, partOf } from './selection.ts'
import type { SplitPart, SplitPartName, SplitRecord } from './split-record.ts'

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
  const selections = chooseSelections(config, source)
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
