// What a long-tailed set looks like in numbers: images per class, imbalance, shot groups, a histogram of class sizes, and the
// sizes of its image files.

import { open } from 'node:fs/promises'
import type { PerGroup, ShotRule } from '../metrics/shot-groups.ts'
import { classesPerGroup, STANDARD_SHOT_RULE, shotGroups } from '../metrics/shot-groups.ts'
import type { Dataset } from './dataset.ts'
import { classCounts, filePath, imageCount } from './dataset.ts'
import { imageSize } from './image-structure.ts'

export interface ClassSizeBin {
  /** Classes with `from`..`to` images, both included. */
  readonly from: number
  readonly to: number
  readonly classes: number
}

export interface DatasetStatistics {
  readonly images: number
  /** Images with label -1. */
  readonly unknownImages: number
  readonly classes: number
  readonly emptyClasses: number
  /** Images of the largest and of the smallest class that has any; 0 for a set without known images. */
  readonly largest: number
  readonly smallest: number
  /** largest / smallest; null without known images. */
  readonly imbalance: number | null
  /** Classes per shot group, empty ones among the few. */
  readonly groups: PerGroup<number>
  readonly rule: string
  readonly classSizes: readonly ClassSizeBin[]
}

/** Counts of one set; the groups are meaningful for training sets. */
export function datasetStatistics(dataset: Dataset, rule: ShotRule = STANDARD_SHOT_RULE): DatasetStatistics {
  const counts = Array.from(classCounts(dataset))
  const filled = counts.filter((count) => count > 0)
  const largest = filled.reduce((a, b) => Math.max(a, b), 0)
  const smallest = filled.reduce((a, b) => Math.min(a, b), largest)
  const images = imageCount(dataset.images)
  return {
    images,
    unknownImages: images - filled.reduce((a, b) => a + b, 0),
    classes: counts.length,
    emptyClasses: counts.length - filled.length,
    largest,
    smallest,
    imbalance: filled.length > 0 ? largest / smallest : null,
    groups: classesPerGroup(shotGroups(counts, rule)),
    rule: rule.name,
    classSizes: classSizeBins(counts),
  }
}

/** Bins 0, 1, 2-4, 5-9, 10-19, 20-49, 50-99, 100-199, ... from the first filled one to the last. */
export function classSizeBins(counts: readonly number[]): ClassSizeBin[] {
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  const edges = [0, 1]
  for (let decade = 1; edges[edges.length - 1] <= most; decade *= 10) {
    edges.push(2 * decade, 5 * decade, 10 * decade)
  }
  const bins = edges.slice(0, -1).map((from, at) => {
    const to = edges[at + 1] - 1
    return { from, to, classes: counts.filter((count) => count >= from && count <= to).length }
  })
  const first = bins.findIndex((bin) => bin.classes > 0)
  const last = bins.findLastIndex((bin) => bin.classes > 0)
  return first < 0 ? [] : bins.slice(first, last + 1)
}

/** The histogram as lines of text, the longest bar `width` characters. */
export function classSizeBars(bins: readonly ClassSizeBin[], width = 40): string[] {
  const most = bins.reduce((a, bin) => Math.max(a, bin.classes), 1)
  const labels = bins.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
  const room = labels.reduce((a, label) => Math.max(a, label.length), 0)
  return bins.map(({ classes }, at) => {
    const bar = '█'.repeat(classes === 0 ? 0 : Math.max(1, Math.round((width * classes) / most)))
    return `${labels[at].padStart(room)} images  ${bar}${bar === '' ? '' : ' '}${classes}`
  })
}

export interface ImageSizes {
  /** Files that were looked at, evenly spread over the set, and those whose size could not be read. */
  readonly sampled: number
  readonly unreadable: number
  /** The most frequent sizes, most frequent first. */
  readonly frequent: readonly { width: number; height: number; images: number }[]
  readonly shorterSide: { least: number; median: number; most: number } | null
}

/** Sizes of up to `limit` images, from the heads of their files. */
export async function imageSizes(dataset: Dataset, limit = 2000): Promise<ImageSizes> {
  const { images } = dataset
  const total = imageCount(images)
  if (images.kind === 'pixels') {
    const { width, height } = images
    const side = Math.min(width, height)
    return {
      sampled: total,
      unreadable: 0,
      frequent: total > 0 ? [{ width, height, images: total }] : [],
      shorterSide: total > 0 ? { least: side, median: side, most: side } : null,
    }
  }
  const sampled = Math.min(limit, total)
  const sizes = new Map<string, { width: number; height: number; images: number }>()
  const sides: number[] = []
  const head = Buffer.alloc(1 << 16)
  for (let i = 0; i < sampled; i++) {
    const size = await sizeOf(filePath(images, Math.floor((i * total) / sampled)), head)
    if (!size) continue
    const key = `${size.width}x${size.height}`
    const entry = sizes.get(key) ?? { width: size.width, height: size.height, images: 0 }
    entry.images++
    sizes.set(key, entry)
    sides.push(Math.min(size.width, size.height))
  }
  sides.sort((a, b) => a - b)
  const median = sides[Math.floor((sides.length - 1) / 2)]
  return {
    sampled,
    unreadable: sampled - sides.length,
    frequent: [...sizes.values()].sort((a, b) => b.images - a.images).slice(0, 3),
    shorterSide: sides.length > 0 ? { least: sides[0], median, most: sides[sides.length - 1] } : null,
  }
}

async function sizeOf(path: string, head: Buffer): Promise<{ width: number; height: number } | null> {
  const file = await open(path).catch(() => null) // missing files are verify's to name
  if (!file) return null
  try {
    const { bytesRead } = await file.read(head, 0, head.length, 0)
    return imageSize(head.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}
