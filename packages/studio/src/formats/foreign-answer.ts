// Answers from files that the studio did not write. They have a file name, a person and a class; the rest is filled in so that
// the same file imported twice gives the same answers.

import { createHash } from 'node:crypto'
import type { AnnotationRecord } from './annotation-record.ts'
import { FormatError, quoted } from './format-error.ts'

export interface ReadOptions {
  /** The SHA-256 of the image that has this file name, or null. Names in a file are looked up here and never opened. */
  readonly imageOfFile?: (file: string) => string | null
}

export interface ForeignAnswer {
  readonly file: string
  /** The image's SHA-256 where the file gives it. */
  readonly image?: unknown
  readonly width?: unknown
  readonly height?: unknown
  readonly annotator: string
  readonly className: string
  readonly at?: number
}

/** The answer as a record of round 0. Throws FormatError where no image is known by the name. */
export function foreignRecord(answer: ForeignAnswer, where: string, options: ReadOptions): AnnotationRecord {
  const { file, annotator, className } = answer
  const given = typeof answer.image === 'string' && /^[0-9a-f]{64}$/.test(answer.image) ? answer.image : null
  const image = given ?? options.imageOfFile?.(file) ?? null
  if (image === null) {
    throw new FormatError(
      where,
      `expected an image of this project, ${quoted(file)} is none; add the image first`,
    )
  }
  return {
    uuid: uuidOf(JSON.stringify([image, annotator, className])),
    round: 0,
    image,
    file,
    width: pixels(answer.width),
    height: pixels(answer.height),
    annotator,
    kind: 'class',
    className,
    note: null,
    at: answer.at ?? 0,
    undone: false,
    consensus: null,
    settled: null,
    settledClass: null,
    settledBy: null,
  }
}

function pixels(size: unknown): number | null {
  return typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= 1_000_000 ? size : null
}

/** A UUID of version 8, for those made from a hash. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(`oltr studio import ${text}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
