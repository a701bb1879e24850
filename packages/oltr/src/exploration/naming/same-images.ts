// Do two people mean one class when one calls the same images by one name and the other by another? If so, the two names meet
// on an image as often as chance has it when each is taken at random on the images of one class; if they are two classes that
// somebody mistakes now and then, they meet less often.

import type { ImageVotes, NameUsage } from './name-usage.ts'

export interface Meeting {
  /** Images that one annotator gave the one name and another the other. */
  readonly together: number
  /** Images of the rarer name that at least two annotators voted on. */
  readonly ofRarer: number
  /** 0: as different classes; 1: as one class. */
  readonly strength: number
}

// Meetings that a pair needs beyond chance before it is believed in full: few images prove little.
const doubt = 0.5

/** How often two names, by spelling key, meet on images. */
export function meetingOf(usage: NameUsage, a: string, b: string): Meeting {
  const places = new Set([...(usage.where.get(a) ?? []), ...(usage.where.get(b) ?? [])])
  const images = [...places].map((at) => usage.images[at]).filter((image) => image.size > 1)
  const counts = { a: 0, b: 0, together: 0 }
  let [crossing, bothA, bothB] = [0, 0, 0]
  const people = new Map<string, { asked: number; a: number; b: number }>()
  for (const image of images) {
    let [saidA, saidB] = [0, 0]
    for (const [annotator, name] of image) {
      const own = people.get(annotator) ?? { asked: 0, a: 0, b: 0 }
      people.set(annotator, own)
      own.asked++
      if (name === a) {
        own.a++
        saidA++
      } else if (name === b) {
        own.b++
        saidB++
      }
    }
    if (saidA > 0) counts.a++
    if (saidB > 0) counts.b++
    if (saidA > 0 && saidB > 0) counts.together++
    crossing += saidA * saidB
    bothA += (saidA * (saidA - 1)) / 2
    bothB += (saidB * (saidB - 1)) / 2
  }
  // Two readings of what one class would show: by each person's own habit on these images, and by how often two people say the
  // same, which is never where each keeps to one name. Their mean is steadier than either; the second may only add doubt.
  const byHabit = crossingsByHabit(images, people)
  const expected = Math.max(byHabit, (byHabit + 2 * Math.sqrt(bothA * bothB)) / 2)
  const strength = counts.together < 2 ? 0 : Math.min(1, crossing / (expected + doubt))
  return { together: counts.together, ofRarer: Math.min(counts.a, counts.b), strength }
}

/** Pairs of votes with both names, if everybody chose names on these images at their own rates and independently. */
function crossingsByHabit(
  images: readonly ImageVotes[],
  people: ReadonlyMap<string, { asked: number; a: number; b: number }>,
): number {
  let expected = 0
  for (const image of images) {
    // Everybody's a with everybody's b, less one's own with one's own.
    let [sumA, sumB, own] = [0, 0, 0]
    for (const annotator of image.keys()) {
      const { asked, a, b } = people.get(annotator)!
      sumA += a / asked
      sumB += b / asked
      own += (a / asked) * (b / asked)
    }
    expected += sumA * sumB - own
  }
  return expected
}
