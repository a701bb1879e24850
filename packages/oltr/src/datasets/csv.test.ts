import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { csvClasses, csvLabels, parseCsv } from './csv.ts'

const rowsOf = (text: string) => parseCsv(text, 'x.csv')
const all = (rows: { paths: string[] }) => [...rows.paths.keys()]

test('quoted fields, commas, quotes, line breaks, CRLF and a byte-order mark are read', () => {
  const rows = rowsOf(
    '\ufeffPath,Label,note\r\n"a,b.jpg",cat,x\r\n"say ""hi"".png","big\ndog",y\r\n\r\nc d.jpg,cat,\r\n',
  )
  assert.deepEqual(rows.paths, ['a,b.jpg', 'say "hi".png', 'c d.jpg'])
  assert.deepEqual(rows.labels, ['cat', 'big\ndog', 'cat'])
  assert.deepEqual(rows.lines, [2, 3, 6])
})

test('any fields survive quoting', () => {
  const field = fc.string({ minLength: 1 }).filter((s) => s.trim() === s && s !== '' && s !== '\ufeff')
  const quoted = (s: string) => `"${s.replaceAll('"', '""')}"`
  fc.assert(
    fc.property(fc.array(fc.tuple(field, field), { minLength: 1 }), (pairs) => {
      const rows = rowsOf(`path,label\n${pairs.map(([a, b]) => `${quoted(a)},${quoted(b)}`).join('\n')}`)
      assert.deepEqual(
        rows.paths.map((path, i) => [path, rows.labels[i]]),
        pairs,
      )
    }),
  )
})

test('names become labels in sorted order; integers stay what they are', () => {
  const named = rowsOf('path,label\na,zebra\nb,ape\nc,zebra\n')
  const names = csvClasses(named, all(named))
  assert.deepEqual(names, ['ape', 'zebra'])
  assert.deepEqual([...csvLabels(named, all(named), names).labels], [1, 0, 1])
  const numbered = rowsOf('path,label\na,2\nb,0\nc,1\n')
  const classes = csvClasses(numbered, all(numbered))
  assert.deepEqual(classes, ['class 0', 'class 1', 'class 2'])
  assert.deepEqual([...csvLabels(numbered, all(numbered), classes).labels], [2, 0, 1])
})

test('splits are recognised by their usual names', () => {
  const rows = rowsOf('path,label,split\na,0,Train\nb,0,validation\nc,0,test\nd,-1,open\n')
  assert.deepEqual(rows.splits, ['train', 'val', 'test', 'open'])
})

test('rows that cannot be used are refused with their line', () => {
  assert.throws(() => rowsOf('file,label\n'), /x\.csv: line 1: expected a header with path and label/)
  assert.throws(() => rowsOf('path,label\na,0,1\n'), /line 2: expected 2 fields, got 3/)
  assert.throws(() => rowsOf('path,label\n,0\n'), /line 2: expected a path/)
  assert.throws(() => rowsOf('path,label,split\na,0,dev\n'), /line 2: split "dev"/)
  assert.throws(() => rowsOf('path,label,split\na,0,\n'), /line 2: expected a split/)
  assert.throws(() => rowsOf('path,label\n"a,0\n'), /line 2: a quoted field is never closed/)
  assert.throws(() => rowsOf('path,label\n'), /no rows/)
  assert.throws(() => rowsOf(''), /no rows/)
})

test('a label that is none of the classes is refused with its line, or reported', () => {
  const rows = rowsOf('path,label\na,cat\nb,bird\nc,5\n')
  assert.throws(() => csvLabels(rows, [0, 1], ['cat', 'dog']), /line 3: label "bird" is out of range/)
  const lines: number[] = []
  const kept = csvLabels(rows, [0, 1, 2], ['cat', 'dog'], ({ line }) => lines.push(line))
  assert.deepEqual([kept.rows, [...kept.labels], lines], [[0], [0], [3, 4]])
  const far = rowsOf('path,label\na,0\nb,9\n')
  assert.throws(() => csvClasses(far, [0, 1]), /line 3: label 9 is out of range/)
})
