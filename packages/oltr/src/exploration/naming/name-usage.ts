// Which names the annotators used on which images. Spellings of one name are counted together: what people mean by a name does
// not depend on how they spell it.

import { byCodeUnits } from '../../datasets/image-files.ts'
import type { Answer } from '../annotation/annotator.ts'
import { votesByQuestion } from '../consensus/votes.ts'
import { spellingKey } from './spelling.ts'

/** Everybody's vote on one image: the spelling key of a class name, or null for what is no class by name. */
export type ImageVotes = ReadonlyMap<string, string | null>

export interface NameUsage {
  /** Names as they were given, by spelling key; each with the number of images it was given to. */
  readonly spellings: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly images: readonly ImageVotes[]
  /** Places in `images` where a name with this key was given. */
  readonly where: ReadonlyMap<string, readonly number[]>
}

export function nameUsage(answers: readonly Answer[]): NameUsage {
  const names = new Set(answers.flatMap((answer) => (answer.kind === 'class' ? [answer.name] : [])))
  const keys = new Map([...names].map((name) => [name, spellingKey(name)]))
  const spellings = new Map<string, Map<string, number>>()
  const where = new Map<string, number[]>()
  const images: ImageVotes[] = []
  for (const votes of votesByQuestion(answers).values()) {
    for (const name of new Set(votes.map(({ category }) => category))) {
      const key = keys.get(name)
      if (key === undefined) continue
      const counts = spellings.get(key) ?? new Map<string, number>()
      spellings.set(key, counts.set(name, (counts.get(name) ?? 0) + 1))
    }
    const image = new Map(votes.map(({ annotator, category }) => [annotator, keys.get(category) ?? null]))
    for (const key of new Set(image.values())) {
      if (key === null) continue
      const places = where.get(key)
      if (places) places.push(images.length)
      else where.set(key, [images.length])
    }
    images.push(image)
  }
  return { spellings, images, where }
}

/** The more frequent of two names, ties by alphabetical order, comes first. */
export function byFrequency([a, m]: readonly [string, number], [b, n]: readonly [string, number]): number {
  return n - m || byCodeUnits(a, b)
}
