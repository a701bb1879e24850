import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { hostileTexts, inPieces, plainRecord, records } from './annotation-record.fixture.ts'
import type { AnnotationRecord } from './annotation-record.ts'
import { type FolderEntry, writeFolders } from './folders-format.ts'
import { formats } from './formats.ts'
import { KeptText } from './kept-text.ts'
import type { Measured } from './measure-writing.fixture.ts'

const names = Object.keys(formats) as (keyof typeof formats)[]

/** What a format writes as text; of folders, the manifest. */
async function* textOf(pieces: AsyncIterable<string | FolderEntry>): AsyncIterable<string> {
  for await (const piece of pieces) {
    if (typeof piece === 'string') yield piece
    else if ('content' in piece) yield* piece.content
  }
}

const written = async (name: (typeof names)[number], all: Iterable<AnnotationRecord>): Promise<string> =>
  (await Array.fromAsync(textOf(formats[name].write(inPieces(all))))).join('')

/** In pieces of bytes that cut characters apart. */
function bytes(text: string, size: number): AsyncIterable<Buffer> {
  const all = Buffer.from(text)
  return inPieces(
    Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.subarray(i * size, (i + 1) * size)),
  )
}

for (const name of names) {
  test(`${name}: what is exported comes back exactly, whatever the names and wherever the pieces end`, async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 200 }), async (all, size) => {
        const text = await written(name, all)
        assert.deepEqual(await Array.fromAsync(formats[name].read(bytes(text, size))), all)
      }),
      { numRuns: 300 },
    )
    const hostile = hostileTexts.map((text, i) => ({
      ...plainRecord,
      ...{
        image: i.toString(16).padStart(64, '0'),
        file: text,
        annotator: text,
        className: text,
        note: text,
        consensus: text,
      },
    }))
    const text = await written(name, hostile)
    assert.deepEqual(await Array.fromAsync(formats[name].read(inPieces([text]))), hostile)
    assert.deepEqual(await Array.fromAsync(formats[name].read(inPieces([await written(name, [])]))), [])
  })
}

test('each bad file is refused with where, what came and what to do', async () => {
  const record = JSON.stringify(plainRecord)
  const [header, row] = (await written('csv', [plainRecord])).split('\r\n')
  const task = (part: object) => JSON.stringify([{ data: { image: 'x.jpg' }, annotations: [], ...part }])
  const choice = { result: [{ type: 'choices', value: { choices: ['cat'] } }] }
  const coco = (part: object) => JSON.stringify({ images: [], annotations: [], categories: [], ...part })
  const deep = `${'{"a":['.repeat(17)}${']}'.repeat(17)}`
  const refused: [name: (typeof names)[number], text: string | Buffer, message: RegExp][] = [
    ['jsonl', `${record}\n{"uuid":`, /^line 2: expected one JSON object .*complete or remove/],
    ['jsonl', record.replace('"Ada"', '7'), /^line 1: annotator: .*got 7; correct it/],
    ['jsonl', record.replace('"round":1', '"round":1,"role":"owner"'), /^line 1: .*role/],
    ['jsonl', record.replace('"class"', '"maybe"'), /^line 1: kind: .*got "maybe"/],
    [
      'jsonl',
      record.replace('a'.repeat(64), '/etc/passwd'),
      /^line 1: image: expected a SHA-256.*"\/etc\/passwd"/,
    ],
    ['jsonl', record.replace('"snow leopard"', 'null'), /className: expected a name/],
    ['jsonl', '[]', /^line 1: /],
    ['jsonl', `${record}\n${deep}`, /^line 2: expected JSON nested at most 32 deep/],
    ['folders', deep, /^line 1: .*32 deep/],
    ['coco', deep, /^the file: .*32 deep/],
    ['label-studio', deep, /^the file: .*32 deep/],
    ['jsonl', 'x'.repeat(2 ** 20 + 1), /^line 1: over 1048576 characters/],
    ['jsonl', Buffer.from([0x7b, 0xff, 0xfe]), /^the file: expected UTF-8/],
    ['folders', '{}', /^line 1: /],
    ['csv', '', /^line 1: expected a header/],
    ['csv', header.replace('kind,', ''), /^line 1: expected one column "kind", it is missing/],
    ['csv', `${header},kind`, /expected one column "kind", there are two/],
    ['csv', `${header}\r\n${row},x`, /^line 2: expected 16 cells.*got 17/],
    ['csv', `${header}\r\n${row}\r\n${row.replace('640', 'wide')}`, /^line 3: width: .*got "wide"/],
    ['csv', `${header}\r\n${row.replace('Ada', '"A"da')}`, /^line 2: cell 7: expected quotes/],
    ['csv', `${header}\r\n"${'x\n'.repeat(2 ** 19)}`, /^line 2: over .*close its quotes/],
    ['coco', '{', /^the file: expected one JSON document/],
    ['coco', '[]', /expected a COCO file/],
    [
      'coco',
      coco({ annotations: [{ image_id: 5, category_id: 1 }] }),
      /^annotations\.0: image_id 5 is not in the file/,
    ],
    [
      'coco',
      coco({
        images: [{ id: 1, file_name: '/etc/passwd' }],
        categories: [{ id: 1, name: 'cat' }],
        annotations: [{ image_id: 1, category_id: 1 }],
      }),
      /^annotations\.0: expected an image of this project, "\/etc\/passwd" is none/,
    ],
    ['label-studio', '{}', /expected a list of tasks/],
    ['label-studio', task({ data: {} }), /^task 0: data\.image: /],
    [
      'label-studio',
      task({ annotations: [choice] }),
      /^task 0, annotation 0: expected an image of this project, "x.jpg"/,
    ],
    ['label-studio', task({ meta: { oltr: [{}] } }), /^task 0, meta\.oltr\.0: /],
  ]
  for (const [name, text, message] of refused) {
    await assert.rejects(
      () => Array.fromAsync(formats[name].read(inPieces([text]))),
      (error: Error) => {
        assert.equal(error.name, 'FormatError')
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /\n/)
        return true
      },
      String(message),
    )
  }
})

test('what is kept for later comes back in order', async () => {
  const kept = new KeptText()
  const parts = Array.from({ length: 30_000 }, (_, i) => `${i} 👩‍🌾\n`)
  for (const part of parts) kept.append(part)
  assert.equal((await Array.fromAsync(kept.read())).join(''), parts.join(''))
})

test('folders: an image once, in the folder of what was agreed on, and the manifest last', async () => {
  const open = { ...plainRecord, image: 'b'.repeat(64), consensus: null }
  const entries = await Array.fromAsync(writeFolders(inPieces([plainRecord, plainRecord, open])))
  assert.deepEqual(
    entries.map((entry) => entry.path),
    [`snow leopard/${'a'.repeat(32)}.jpg`, 'manifest.jsonl'],
  )
})

const COUNT = process.env.STUDIO_FULL === '1' ? 1_000_000 : 200_000

test(`every format writes ${COUNT} records in pieces, without holding them`, (t) => {
  const program = fileURLToPath(new URL('./measure-writing.fixture.ts', import.meta.url))
  for (const name of names) {
    const output = execFileSync(process.execPath, [program, name, String(COUNT)], { encoding: 'utf8' })
    const { characters, longestPiece, seconds, memory }: Measured = JSON.parse(output)
    const MB = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`
    t.diagnostic(
      `${name}: ${COUNT} records, ${MB(characters)} in ${seconds.toFixed(1)} s, memory + ${MB(memory)}`,
    )
    assert.ok(memory < 256 * 2 ** 20, `${name}: ${MB(memory)}`)
    assert.ok(seconds < 60, `${name}: ${seconds} s`)
    assert.ok(longestPiece < 2 ** 18)
  }
})
