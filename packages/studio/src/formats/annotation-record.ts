// One answer as it is exported, the same in every format. Records come and go grouped by image, in the order of the answers.

import { z } from 'zod'
import type { StudioVerdict } from '../api/schemas.ts'
import { FormatError, quoted } from './format-error.ts'

export interface AnnotationRecord {
  readonly uuid: string
  readonly round: number
  /** SHA-256 of the image's content, by which it is known. */
  readonly image: string
  /** A relative path for people; it is never opened. */
  readonly file: string
  readonly width: number | null
  readonly height: number | null
  readonly annotator: string
  readonly kind: StudioVerdict['kind']
  /** The class that was named; null where `kind` is another than class. */
  readonly className: string | null
  readonly note: string | null
  /** Milliseconds since 1970. */
  readonly at: number
  readonly undone: boolean
  /** The class agreed on for this image; null where there is none. */
  readonly consensus: string | null
  /** What a reviewer settled this image as; null where none has. */
  readonly settled: StudioVerdict['kind'] | null
  /** The class that it was settled as; null where `settled` is another than class. */
  readonly settledClass: string | null
  readonly settledBy: string | null
}

const KINDS = ['class', 'known', 'unsure', 'not-an-object', 'several-objects', 'skip'] as const
const text = z.string().max(4096)
const pixels = z.int().min(1).max(1_000_000).nullable()

const annotationRecord = z
  .strictObject({
    uuid: z.uuid(),
    round: z.int().min(0).max(999_999_999),
    image: z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256, 64 hexadecimal digits'),
    file: text,
    width: pixels,
    height: pixels,
    annotator: text,
    kind: z.enum(KINDS),
    className: text.nullable(),
    note: text.nullable(),
    at: z.int().min(0),
    undone: z.boolean(),
    consensus: text.nullable(),
    // Files that were exported before they had these are read, too.
    settled: z.enum(KINDS).nullable().default(null),
    settledClass: text.nullable().default(null),
    settledBy: text.nullable().default(null),
  })
  .refine(({ kind, className }) => (kind === 'class') === (className !== null), {
    path: ['className'],
    message: 'expected a name where kind is "class", and null elsewhere',
  })
  .refine(({ settled, settledClass }) => (settled === 'class') === (settledClass !== null), {
    path: ['settledClass'],
    message: 'expected a name where settled is "class", and null elsewhere',
  })
  .refine(({ settled, settledBy }) => (settled === null) === (settledBy === null), {
    path: ['settledBy'],
    message: 'expected who settled it, and null where nobody has',
  }) satisfies z.ZodType<AnnotationRecord>

/** Fields that older files lack. */
export const LATER_FIELDS: ReadonlySet<keyof AnnotationRecord> = new Set([
  'settled',
  'settledClass',
  'settledBy',
])

/** The fields of a record, in the order in which they are written. */
export const FIELDS = Object.keys(annotationRecord.shape) as (keyof AnnotationRecord)[]

/** The value as a record, or a FormatError that names the field, the value and the remedy. */
export function checkRecord(value: unknown, where: string): AnnotationRecord {
  const checked = annotationRecord.safeParse(value)
  if (checked.success) return checked.data
  const [{ path, message }] = checked.error.issues
  const field = path.length > 0 ? `${path.join('.')}: ` : ''
  const came = path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)?.[key], value)
  throw new FormatError(
    where,
    `${field}${message}, got ${quoted(came)}; correct it, or export the file again`,
  )
}
