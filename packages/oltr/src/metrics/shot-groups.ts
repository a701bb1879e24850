// Many-, medium- and few-shot classes: classes grouped by how many training images each has.
// The paper's text leaves exactly 20 and exactly 100 images unassigned; the rule most of the field uses (many > 100, medium
// 20..100, few < 20) is the default here, and the authors' code's own rule (many >= 100, few <= 20) stands beside it.
import { ConfigError } from '../errors.ts'
import { checkFinite, type Numbers } from './checked-input.ts'

export const SHOT_GROUPS = ['many', 'medium', 'few'] as const

export type ShotGroup = (typeof SHOT_GROUPS)[number]

/** One value for each shot group. */
export type PerGroup<T> = Record<ShotGroup, T>

/** A class is many-shot with more than `manyAbove` training images, few-shot with fewer than `fewBelow`, else medium-shot. */
export interface ShotRule {
  readonly name: string
  readonly manyAbove: number
  readonly fewBelow: number
}

export const STANDARD_SHOT_RULE: ShotRule = { name: 'many >100, few <20', manyAbove: 100, fewBelow: 20 }

/** Counts are whole numbers, so ">= 100" is "> 99" and "<= 20" is "< 21". */
export const AUTHORS_SHOT_RULE: ShotRule = { name: 'many >=100, few <=20', manyAbove: 99, fewBelow: 21 }

/** A rule with its own cut-offs. Throws ConfigError when the groups would overlap. */
export function shotRule(manyAbove: number, fewBelow: number): ShotRule {
  if (!Number.isFinite(manyAbove) || manyAbove < 0)
    throw new ConfigError('shots.manyAbove', manyAbove, 'expected a count of training images, 0 or more')
  if (!Number.isFinite(fewBelow) || fewBelow < 0)
    throw new ConfigError('shots.fewBelow', fewBelow, 'expected a count of training images, 0 or more')
  if (fewBelow > manyAbove + 1)
    throw new ConfigError('shots.fewBelow', fewBelow, `expected at most manyAbove + 1 = ${manyAbove + 1}`)
  return { name: `many >${manyAbove}, few <${fewBelow}`, manyAbove, fewBelow }
}

/** The group of a class with `trainingImages` images; a class with none is few-shot. */
export function shotGroupOf(trainingImages: number, rule: ShotRule = STANDARD_SHOT_RULE): ShotGroup {
  if (trainingImages > rule.manyAbove) return 'many'
  return trainingImages < rule.fewBelow ? 'few' : 'medium'
}

/** The group of each class, in class order. `trainingCounts`: (K,), images per class in the training set. */
export function shotGroups(trainingCounts: Numbers, rule: ShotRule = STANDARD_SHOT_RULE): ShotGroup[] {
  checkFinite('trainingCounts', trainingCounts)
  return Array.from(trainingCounts, (count) => shotGroupOf(count, rule))
}

/** How many classes each group has. */
export function classesPerGroup(groups: readonly ShotGroup[]): PerGroup<number> {
  return perGroup((group) => groups.filter((g) => g === group).length)
}

/** Builds one value per group. */
export function perGroup<T>(value: (group: ShotGroup) => T): PerGroup<T> {
  return { many: value('many'), medium: value('medium'), few: value('few') }
}
