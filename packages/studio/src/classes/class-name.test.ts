import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foldName } from './class-name.ts'

const keyOf = (text: string): string => {
  const folded = foldName(text)
  assert.ok('key' in folded, `${JSON.stringify(text)}: ${'problem' in folded && folded.problem}`)
  return folded.key
}

const CAFE = 'caf\u00e9'

/** What is typed, and the spelling that it is the same name as. */
const same: readonly (readonly [why: string, typed: string, name: string])[] = [
  ['decomposed accent', 'cafe\u0301', CAFE],
  ['full-width letters', 'ｄｏｇ', 'dog'],
  ['ligature', 'ﬁsh', 'fish'],
  ['case', 'Snow LEOPARD', 'snow leopard'],
  ['sharp s', 'STRASSE', 'straße'],
  ['edge and repeated spaces', '  snow \t\n leopard ', 'snow leopard'],
  ['no-break space', 'snow\u00a0leopard', 'snow leopard'],
  ['zero-width space', 'snow\u200bleopard', 'snowleopard'],
  ['byte order mark', '\ufeffdog', 'dog'],
  ['soft hyphen', 'leo\u00adpard', 'leopard'],
  ['zero-width joiner between letters', 'do\u200dg', 'dog'],
  ['direction mark', 'dog\u200e', 'dog'],
  ['Cyrillic look-alikes', 'с\u043et', 'cot'],
  ['all Cyrillic', '\u0430\u0440\u0440\u04cf\u0435', 'apple'],
  ['Greek look-alike', '\u03bftter', 'otter'],
  ['Cyrillic capital', '\u0412ear', 'bear'],
  ['non-breaking hyphen', 'T\u2011shirt', 't-shirt'],
  ['curly apostrophe', 'Ad\u00e9lie’s', "ad\u00e9lie's"],
]

test('spellings that nobody can tell apart are one name', () => {
  for (const [why, typed, name] of same) assert.equal(keyOf(typed), keyOf(name), why)
})

test('what is different stays apart, and is at most a suggestion', () => {
  const different = [
    'dog',
    'dogs',
    'dog 2',
    'd\u00f6g',
    'snow leopard',
    'snowleopard',
    'snow-leopard',
    '犬',
    '🐕',
    'n',
    'v',
  ]
  assert.equal(new Set(different.map(keyOf)).size, different.length)
})

test('names are kept as people mean them', () => {
  const kept: [string, string][] = [
    ['  Snow   Leopard ', 'Snow Leopard'],
    ['cafe\u0301', CAFE],
    ['👩\u200d🌾', '👩\u200d🌾'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['=cmd|calc', '=cmd|calc'],
    ['<script>', '<script>'],
  ]
  for (const [typed, name] of kept) assert.equal((foldName(typed) as { name: string }).name, name)
})

test('what cannot be a name is refused with what to do', () => {
  const refused: [string, RegExp][] = [
    ['', /needs a name/],
    [' \u200b\u2800\t', /needs a name/],
    ['a'.repeat(129), /129 characters.*shorten/],
    ['🐕'.repeat(129), /129 characters/],
    ['a'.repeat(1e6), /shorten/],
    ['dog\u0000', /control character \(U\+0000\)/],
    ['dog\u001b[31m', /control character/],
    ['dog\u202egnp', /direction of text \(U\+202E\)/],
    ['\u2066dog\u2069', /direction of text/],
    ['dog\ud800', /\(U\+D800\)/],
    ['dog\ufffd', /\(U\+FFFD\)/],
    ['\ue000', /\(U\+E000\)/],
    ['Unknown', /no class/],
    [' UNKNOWN\u200b ', /no class/],
    ['unkn\u043ewn', /no class/],
    ['(known)', /no class/],
  ]
  for (const [typed, why] of refused)
    assert.match((foldName(typed) as { problem: string }).problem ?? '', why, typed)
  assert.ok('name' in foldName('🐕'.repeat(128)))
})

test('a hundred near-duplicates of one name are one', () => {
  const letters: Record<string, string[]> = {
    o: ['o', 'O', '\u043e', '\u039f', 'ｏ'],
    e: ['e', 'E', '\u0435', '\u200be', 'е'],
  }
  const spellings = new Set<string>()
  for (const first of letters.o)
    for (const second of letters.e)
      for (const edge of ['', ' ', '\u00a0', '\ufeff'])
        spellings.add(`${edge}sn${first}w l${second}opard${edge}`)
  assert.ok(spellings.size >= 80)
  for (const mark of '\u200b\u200c\u200d\u2060\u00ad\u034f\u200e\u200f\u061c\ufe0f\u180e\u2063\u2064\u206a\u206b\u115f\u3164\uffa0\u17b4\u17b5')
    spellings.add(`snow leo${mark}pard`)
  assert.ok(spellings.size >= 100, `${spellings.size}`)
  assert.deepEqual([...new Set([...spellings].map(keyOf))], ['snow leopard'])
})

test('folding a folded name changes nothing, and case, spaces and normal forms do not change the key', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.string({
      unit: fc.constantFrom(
        'a',
        'ß',
        'İ',
        'ı',
        'ς',
        'Σ',
        '\u0345',
        '\u0301',
        '\u200d',
        '\ufe0f',
        ' ',
        '🐕',
        'क',
        '\u094d',
        '\u1e9e',
        'Ａ',
      ),
      maxLength: 8,
    }),
  )
  fc.assert(
    fc.property(text, (typed) => {
      const folded = foldName(typed)
      if ('problem' in folded) return assert.match(folded.problem, /^[^\n]+\.$/u)
      const { name, key } = folded
      assert.deepEqual(foldName(name), folded)
      assert.equal(name, name.normalize('NFC'))
      const spaced = name.replaceAll(' ', ' \u00a0 ')
      for (const other of [
        `  ${name}\t`,
        spaced,
        name.normalize('NFD'),
        typed.normalize('NFC'),
        typed.normalize('NFD'),
      ])
        assert.equal(keyOf(other), key)
      for (const other of [name.toUpperCase(), name.toLowerCase()]) assert.equal(keyOf(other), key)
    }),
    { numRuns: 3000 },
  )
})
