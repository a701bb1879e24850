// Which images of a data set a configuration means, before any is copied: held-out classes, long tail, validation part,
// and what is left over, from which exploration draws its pool.

import type { DataConfig } from './data-config.ts'
import { UNKNOWN } from './dataset.ts'
import { longTailIndices } from './long-tail.ts'
import { concatenate, holdOutClasses } from './open-split.ts'
import type { SourceParts } from './read-source.ts'
import type { Selection } from './selection.ts'
import { asUnknown, pick, relabel } from './selection.ts'
import { holdOutValidation } from './validation-split.ts'

export interface Chosen {
  train: Selection
  validation: Selection | null
  test: Selection
  open: Selection | null
  openValidation: Selection | null
  heldOut: readonly string[]
  /** Training images of known classes that neither train nor validate: what the long tail leaves over. */
  unused: Selection
  /** The held-out classes with labels of their own, K and up; null where none are held out. */
  discoverable: { readonly training: Selection; readonly test: Selection } | null
}

/** Holds classes out, gives the long tail, takes the validation part out of the training images. Throws ConfigError. */
export function chooseSelections(config: DataConfig, source: SourceParts): Chosen {
  const chosen: Chosen = { ...source, heldOut: [], unused: pick(source.train, []), discoverable: null }
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
  // A format with a validation part of its own has it elsewhere: only positions of the same images count as used.
  const taken = new Set(chosen.train.indices)
  if (chosen.validation?.base === full.base) for (const index of chosen.validation.indices) taken.add(index)
  chosen.unused = pick(
    full,
    [...full.indices.keys()].filter((position) => !taken.has(full.indices[position])),
  )
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
  chosen.discoverable = discoverable(train, test, roles.open, names, classNames)
  chosen.train = known(train)
  chosen.validation = validation && known(validation)
  chosen.test = known(test)
  chosen.heldOut = roles.open.map((label) => classNames[label])
}

/** Training and test images of the open classes, labelled after the known ones. */
function discoverable(
  train: Selection,
  test: Selection,
  open: readonly number[],
  known: readonly string[],
  classNames: readonly string[],
): Chosen['discoverable'] {
  const newLabels = new Int32Array(classNames.length).fill(UNKNOWN)
  open.forEach((old, at) => {
    newLabels[old] = known.length + at
  })
  const names = [...known, ...open.map((label) => classNames[label])]
  return { training: relabel(train, newLabels, names), test: relabel(test, newLabels, names) }
}

/** Two selections of unknown images as one. */
export function joinOpen(first: Selection | null, second: Selection): Selection {
  if (!first) return second
  const base = concatenate(first.base, second.base, `${first.base.name} + ${second.base.name}`)
  const offset = first.base.labels.length
  const indices = Int32Array.from([...first.indices, ...second.indices.map((index) => index + offset)])
  return asUnknown({ base, indices, labels: indices, classNames: second.classNames }, second.classNames)
}
