// Which images each class has, from the labels.

import { DataOptionError } from './data-errors.ts'

export interface ClassMembers {
  /** Labels of the classes that have at least one image, ascending. */
  readonly classes: Int32Array
  /** For each of `classes`, the indices of its images, ascending. */
  readonly members: readonly Int32Array[]
  /** Images with a label of 0 or more. */
  readonly total: number
}

/** Negative labels (unknown) belong to no class. Throws DataOptionError when no image has a class. */
export function classMembers(labels: Int32Array): ClassMembers {
  const counts = new Map<number, number>()
  for (const label of labels) if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1)
  if (counts.size === 0) {
    throw new DataOptionError('labels', [], 'expected at least one image with a class (a label of 0 or more)')
  }
  const classes = Int32Array.from(counts.keys()).sort()
  const place = new Map<number, number>()
  for (const [i, label] of classes.entries()) place.set(label, i)
  const members = Array.from(classes, (label) => new Int32Array(counts.get(label)!))
  const filled = new Int32Array(classes.length)
  let total = 0
  labels.forEach((label, index) => {
    if (label < 0) return
    const k = place.get(label)!
    members[k]![filled[k]!++] = index
    total++
  })
  return { classes, members, total }
}
