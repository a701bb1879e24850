// What an update learns from: the images that people named, as features of the fixed extractor.

import { ConfigError } from '../errors.ts'

export interface AnnotatedImages {
  /** v_direct, flat (n, D). */
  readonly features: Float32Array
  /** 0..K-1 for known classes, from K on for the new ones, (n,). */
  readonly labels: Int32Array
  /** Score of the selection that asked for each image, (n,): what hallucination weighs by. */
  readonly energies: ArrayLike<number>
  /** Names of the Z new classes, label K first. */
  readonly newClasses: readonly string[]
}

/** The positions of each class's images, K + Z lists. Throws ConfigError where the parts do not fit together. */
export function membersByClass(images: AnnotatedImages, knownClasses: number, dimension: number): number[][] {
  const { features, labels, energies, newClasses } = images
  if (features.length !== labels.length * dimension || energies.length !== labels.length)
    throw new ConfigError(
      'annotated',
      `${features.length} feature values, ${labels.length} labels, ${energies.length} energies`,
      `expected ${dimension} feature values and one energy for each label`,
    )
  const members: number[][] = Array.from({ length: knownClasses + newClasses.length }, () => [])
  labels.forEach((label, at) => {
    const list = members[label]
    if (!list) throw new ConfigError(`annotated.labels[${at}]`, label, `expected 0 to ${members.length - 1}`)
    list.push(at)
  })
  const empty = newClasses.filter((_, z) => members[knownClasses + z].length === 0)
  if (empty.length > 0)
    throw new ConfigError('annotated.newClasses', empty, 'expected at least one image of every new class')
  return members
}
