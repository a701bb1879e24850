// Records for the tests of the formats: hostile ones from fast-check, and any number of plain ones.

import fc from 'fast-check'
import type { AnnotationRecord } from './annotation-record.ts'

// biome-ignore format: a list
export const hostileTexts = [
  '=cmd|calc!A1', "'=x", "''=x", "'", '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\n=1', '＝1', 'a,b', 'a"b', '"', '""', 'a\nb', 'a\r\nb', '\r', '\n',
  '__proto__', 'constructor', '', ' ', '  edge ', 'null', 'true', '0', '1e3', '👩‍🌾', 'שלום', 'مرحبا', '../../etc/passwd', 'a/b', 'a\\b', '.', '..', '.hidden',
  'CON', 'nul.txt', 'x.', '<script>alert(1)</script>', '\ufeff', '\u0000', '\u2028', ']]', '{"a":1}', 'https://example.com/x.png', 'file:///etc/passwd',
]
const text = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
)
const size = fc.option(fc.integer({ min: 1, max: 1_000_000 }))
const answer = fc
  .record({
    uuid: fc.uuid(),
    round: fc.nat(999_999_999),
    annotator: text,
    kind: fc.constantFrom('class', 'class', 'known', 'unsure', 'not-an-object', 'several-objects', 'skip'),
    name: text,
    note: fc.option(text),
    at: fc.nat(Number.MAX_SAFE_INTEGER),
    undone: fc.boolean(),
  })
  .map(({ name, ...rest }) => ({ ...rest, className: rest.kind === 'class' ? name : null }))

const settled = fc
  .record({
    settled: fc.option(
      fc.constantFrom('class', 'known', 'unsure', 'not-an-object', 'several-objects', 'skip'),
    ),
    name: text,
    by: text,
  })
  .map(({ settled, name, by }) => ({
    settled,
    settledClass: settled === 'class' ? name : null,
    settledBy: settled === null ? null : by,
  }))

const image = fc.record({
  image: fc.stringMatching(/^[0-9a-f]{64}$/),
  file: text,
  width: size,
  height: size,
  consensus: fc.option(text),
})

/** Grouped by image, as the formats want them. */
export const records: fc.Arbitrary<AnnotationRecord[]> = fc
  .uniqueArray(fc.tuple(image, settled, fc.array(answer, { minLength: 1, maxLength: 4 })), {
    selector: ([{ image }]) => image,
    maxLength: 6,
  })
  .map((images) =>
    images.flatMap(([image, settled, answers]) =>
      answers.map((one) => ({ ...one, ...image, ...settled }) as AnnotationRecord),
    ),
  )

export const plainRecord: AnnotationRecord = {
  uuid: '00000000-0000-4000-8000-000000000001',
  round: 1,
  image: 'a'.repeat(64),
  file: 'pool/a.jpg',
  width: 640,
  height: 480,
  annotator: 'Ada',
  kind: 'class',
  className: 'snow leopard',
  note: null,
  at: 1_764_000_000_000,
  undone: false,
  consensus: 'snow leopard',
  settled: null,
  settledClass: null,
  settledBy: null,
}

/** Two answers an image. */
export async function* manyRecords(count: number): AsyncIterable<AnnotationRecord> {
  for (let i = 0; i < count; i++) {
    const number = i >> 1
    yield {
      ...plainRecord,
      uuid: `00000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`,
      image: (number * 2_654_435_761).toString(16).padStart(64, '0'),
      file: `pool/${number % 100}/image-${number}.jpg`,
      annotator: i % 2 === 0 ? 'Ada' : 'Grace',
      className: `class ${number % 5000}`,
      consensus: `class ${number % 5000}`,
    }
  }
}

export async function* inPieces<T>(pieces: Iterable<T>): AsyncIterable<T> {
  yield* pieces
}
