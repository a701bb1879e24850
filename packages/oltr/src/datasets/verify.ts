// Looks at every image of a data set and names each one that is missing, empty, cut short or damaged, occurs twice, or
// occurs under two labels. Nothing is decoded: structure and checksums tell.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { nameFault } from '@oltr/torch/files'
import type { Dataset } from './dataset.ts'
import { filePath, imageCount, pixelsOf } from './dataset.ts'
import { inspectImage } from './image-structure.ts'

export const PROBLEM_KINDS = ['missing', 'corrupt', 'duplicate', 'mislabelled'] as const
export type ProblemKind = (typeof PROBLEM_KINDS)[number]

export interface Problem {
  readonly kind: ProblemKind
  /** train, validation, test, open, openValidation, or `list` for an entry of a list file. */
  readonly part: string
  /** The image file; `name#index` for an image in memory; `list:line` for an entry. */
  readonly file: string
  readonly detail: string
}

export interface VerifyReport {
  readonly images: number
  readonly problems: readonly Problem[]
  readonly counts: Readonly<Record<ProblemKind, number>>
}

export interface VerifyOptions {
  onProgress?: (done: number, total: number, problems: number) => void
  /** Files read at once; default 8. */
  concurrency?: number
  /** Wrong entries found while the lists were read. */
  entries?: readonly { file: string; line: number; message: string }[]
}

interface Seen {
  part: string
  file: string
  label: number
}

/**
 * Checks the parts of a data set, each image once, in order. Equal bytes under one label are duplicates (across parts, too: a
 * test image among the training images); under two labels, one of them known or both, they are mislabelled.
 */
export async function verifyDatasets(
  parts: readonly { part: string; dataset: Dataset }[],
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const problems: Problem[] = (options.entries ?? []).map(({ file, line, message }) => ({
    kind: 'mislabelled',
    part: 'list',
    file: `${file}:${line}`,
    detail: message,
  }))
  const total = parts.reduce((sum, { dataset }) => sum + imageCount(dataset.images), 0)
  const seen = new Map<string, Seen>()
  const step = options.concurrency ?? 8
  let done = 0
  for (const { part, dataset } of parts) {
    const count = imageCount(dataset.images)
    for (let start = 0; start < count; start += step) {
      const batch = Array.from({ length: Math.min(step, count - start) }, (_, i) => start + i)
      const looks = await Promise.all(batch.map((index) => look(dataset, index)))
      for (const [i, { file, hash, problem }] of looks.entries()) {
        if (problem) problems.push({ ...problem, part, file })
        const label = dataset.labels[batch[i]]
        if (hash !== undefined) {
          const first = seen.get(hash)
          if (!first) seen.set(hash, { part, file, label })
          else problems.push(twin(first, { part, file, label }, dataset.classNames))
        }
      }
      done += batch.length
      options.onProgress?.(done, total, problems.length)
    }
  }
  const counts = { missing: 0, corrupt: 0, duplicate: 0, mislabelled: 0 }
  for (const { kind } of problems) counts[kind]++
  return { images: total, problems, counts }
}

type Look = { file: string; hash?: string; problem?: { kind: ProblemKind; detail: string } }

async function look(dataset: Dataset, index: number): Promise<Look> {
  const { images } = dataset
  if (images.kind === 'pixels')
    return { file: `${dataset.name}#${index}`, hash: sha256(pixelsOf(images, index)) }
  const file = filePath(images, index)
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return { file, problem: { kind: 'missing', detail: nameFault(file) ?? 'there is no such file' } }
    }
    return { file, problem: { kind: 'corrupt', detail: `it cannot be read (${message})` } }
  }
  const found = inspectImage(bytes)
  if ('fault' in found) return { file, problem: { kind: 'corrupt', detail: found.fault } }
  return { file, hash: sha256(bytes) }
}

function twin(first: Seen, second: Seen, classNames: readonly string[]): Problem {
  const where = first.part === second.part ? '' : ` of ${first.part}`
  const { part, file } = second
  if (first.file === second.file && first.label === second.label) {
    return { kind: 'duplicate', part, file, detail: `listed twice${where && `, also in ${first.part}`}` }
  }
  if (first.label === second.label)
    return { kind: 'duplicate', part, file, detail: `same image as ${first.file}${where}` }
  const name = (label: number) => (label < 0 ? 'unknown' : `${label} (${classNames[label]})`)
  const detail = `labelled ${name(second.label)}, the same image ${first.file}${where} is labelled ${name(first.label)}`
  return { kind: 'mislabelled', part, file, detail }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64')
}
