// Which names may mean one class, and why: equal or near spellings, a list of synonyms, the same images, near embeddings. Only
// new names are merged, with each other or, by their spelling, into a class that the model knows.

import { byCodeUnits } from '../../datasets/image-files.ts'
import type { Answer } from '../annotation/annotator.ts'
import { embeddingOverlap, type NameEmbedding } from './embedding-overlap.ts'
import { byFrequency, type NameUsage, nameUsage } from './name-usage.ts'
import { meetingOf } from './same-images.ts'
import { caseAndSpacing, spellingDistance, spellingKey } from './spelling.ts'

export interface MergeEvidence {
  readonly kind: 'spelling' | 'synonym' | 'same-images' | 'embedding'
  /** 0..1. */
  readonly strength: number
  readonly text: string
}

export interface MergeCandidate {
  readonly from: string
  /** The known class, else the more frequent name, ties by alphabetical order. */
  readonly into: string
  /** Strongest first. */
  readonly evidence: readonly MergeEvidence[]
  /** 0..1. */
  readonly strength: number
  /** Images given the one name and the other, in any spelling. */
  readonly images: { readonly from: number; readonly into: number }
  readonly intoKnown: boolean
}

export interface MergeInput {
  /** Checked answers. */
  readonly answers: readonly Answer[]
  readonly knownClasses: readonly string[]
  readonly synonyms?: readonly (readonly string[])[]
  readonly embeddings?: ReadonlyMap<string, NameEmbedding>
}

/** Candidates, strongest first. The result does not depend on the order of answers. */
export function mergeCandidates({
  answers,
  knownClasses,
  synonyms,
  embeddings,
}: MergeInput): MergeCandidate[] {
  const usage = nameUsage(answers)
  const names = namesToCompare(usage, knownClasses)
  const fresh = names.filter(({ known }) => !known)
  const judged: { first: Name; second: Name; evidence: MergeEvidence[] }[] = []
  const groups = groupsOf(synonyms ?? [])
  const overlap = embeddings && embeddingOverlap(embeddings)
  for (const first of fresh) {
    for (const second of names) {
      if (!second.known && byFrequency([second.name, second.images], [first.name, first.images]) >= 0)
        continue
      const evidence: MergeEvidence[] = []
      if (first.key === second.key) {
        evidence.push({
          kind: 'spelling',
          strength: 1,
          text: `"${first.name}" is another spelling of "${second.name}"`,
        })
      } else if (first.main && second.main) {
        const near = nearSpelling(first, second, usage)
        if (near) evidence.push(near)
        const images = second.known ? null : sameImages(first, second, usage)
        if (images) evidence.push(images)
      }
      const listed = groups.get(caseAndSpacing(first.name))
      if (listed !== undefined && listed === groups.get(caseAndSpacing(second.name))) {
        const text = `"${first.name}" and "${second.name}" are listed as synonyms`
        evidence.push({ kind: 'synonym', strength: 1, text })
      }
      const close = second.known ? null : overlap?.(first.name, second.name)
      if (close && close.strength > 0) {
        const text = `mean embeddings ${close.distance.toPrecision(3)} apart, other new names ${close.typical.toPrecision(3)}`
        evidence.push({ kind: 'embedding', strength: close.strength, text })
      }
      if (evidence.length > 0) judged.push({ first, second, evidence })
    }
  }
  return judged
    .map(({ first, second, evidence }) => {
      const ranked = evidence.sort((a, b) => b.strength - a.strength)
      return {
        from: first.name,
        into: second.name,
        evidence: ranked,
        strength: together(ranked.map(({ strength }) => strength)),
        images: { from: first.images, into: second.images },
        intoKnown: second.known,
      }
    })
    .sort((a, b) => b.strength - a.strength || byCodeUnits(a.from, b.from) || byCodeUnits(a.into, b.into))
}

interface Name {
  readonly name: string
  readonly key: string
  readonly known: boolean
  /** Stands for all spellings with its key, so that they are compared with other names once. */
  readonly main: boolean
  /** Images given this spelling; for the main one, any spelling with its key. */
  readonly images: number
}

function namesToCompare(usage: NameUsage, knownClasses: readonly string[]): Name[] {
  const known = new Set(knownClasses)
  const names: Name[] = [...known].map((name) => {
    const key = spellingKey(name)
    return { name, key, known: true, main: true, images: usage.where.get(key)?.length ?? 0 }
  })
  const knownKeys = new Set(names.map(({ key }) => key))
  for (const [key, spellings] of usage.spellings) {
    const fresh = [...spellings].filter(([name]) => !known.has(name)).sort(byFrequency)
    fresh.forEach(([name, images], i) => {
      const main = i === 0 && !knownKeys.has(key)
      names.push({ name, key, known: false, main, images: main ? usage.where.get(key)!.length : images })
    })
  }
  return names
}

// One slip weighs less in a long name; in a short one it makes another word (bear, pear).
const slipWeight = 3

function nearSpelling(first: Name, second: Name, usage: NameUsage): MergeEvidence | null {
  const length = Math.max(first.key.length, second.key.length)
  const slips = Math.min(2, Math.floor(length / 4))
  if (Math.abs(first.key.length - second.key.length) > slips) return null
  const distance = spellingDistance(first.key, second.key)
  if (distance > slips) return null
  let strength = 1 - (slipWeight * distance) / length
  let text = `${distance} ${distance === 1 ? 'slip' : 'slips'} between "${first.name}" and "${second.name}"`
  // A slip is rare and falls on images that others name rightly; a name on many images of its own is another word.
  const own = second.known ? first.images : Math.min(first.images, second.images)
  if (own >= 3 && meetingOf(usage, first.key, second.key).together === 0) {
    strength *= 0.3
    text += `, but never on the same image, of ${own}`
  }
  return strength > 0 ? { kind: 'spelling', strength, text } : null
}

function sameImages(first: Name, second: Name, usage: NameUsage): MergeEvidence | null {
  const { together, ofRarer, strength } = meetingOf(usage, first.key, second.key)
  if (strength === 0) return null
  const text = `"${first.name}" and "${second.name}" on the same image for ${together} of ${ofRarer} images`
  return { kind: 'same-images', strength, text }
}

/** The number of the group of each name. */
function groupsOf(synonyms: readonly (readonly string[])[]): Map<string, number> {
  return new Map(
    synonyms.flatMap((group, i) => group.map((name): [string, number] => [caseAndSpacing(name), i])),
  )
}

/** The strongest evidence in full, the rest by half: kinds of evidence are not independent of each other. */
function together([strongest, ...rest]: readonly number[]): number {
  return 1 - rest.reduce((doubt, strength) => doubt * (1 - strength / 2), 1 - strongest)
}
