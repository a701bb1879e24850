import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { DataError } from '../errors.ts'
import { temporaryFolder } from './data-files.fixture.ts'
import { classesIn, parseList, readListFile } from './list-file.ts'

const refused = { unknown: 'refused' } as const

test('blank lines, CRLF, tabs, a byte-order mark and spaces in paths are read', () => {
  const text = '\ufefftrain/a b/1.jpg 0\r\n\r\n\n  train/c.jpg\t1  \r\n   \ntrain/d  e.jpg   1'
  const list = parseList(text, 'x.txt', refused)
  assert.deepEqual(list.paths, ['train/a b/1.jpg', 'train/c.jpg', 'train/d  e.jpg'])
  assert.deepEqual([...list.labels], [0, 1, 1])
  assert.deepEqual([...list.lines], [1, 4, 6])
})

test('what is written as a list is read back, whatever the paths', () => {
  const path = fc
    .stringMatching(/^[^\s]([^\n\r]{0,20}[^\s])?$/)
    .filter((p) => p.trim() === p && p !== '\ufeff')
  fc.assert(
    fc.property(
      fc.array(fc.tuple(path, fc.nat(9)), { minLength: 1 }),
      fc.constantFrom('\n', '\r\n'),
      (rows, end) => {
        const text = rows.map(([p, label]) => `${p} ${label}`).join(end)
        fc.pre(!text.startsWith('\ufeff'))
        const list = parseList(text, 'x.txt', { classes: 10, unknown: 'refused' })
        assert.deepEqual(
          list.paths.map((p, i) => [p, list.labels[i]]),
          rows,
        )
      },
    ),
  )
})

test('a label out of range is refused with its line', () => {
  const text = 'a.jpg 0\n\nb.jpg 7\nc.jpg 1\n'
  assert.throws(
    () => parseList(text, 'x.txt', { classes: 3, unknown: 'refused' }),
    /x\.txt: line 3: label 7 is out of range, expected 0\.\.2/,
  )
  assert.throws(() => parseList('a.jpg -1\n', 'x.txt', refused), /line 1: label -1 is out of range/)
  assert.throws(
    () => parseList('a.jpg 99999999999\n', 'x.txt', refused),
    /line 1: label 99999999999 is out of range/,
  )
  assert.throws(
    () => parseList('a.jpg 0\nb.jpg -2', 'x.txt', { classes: 2, unknown: 'allowed' }),
    /line 2: label -2/,
  )
})

test('an open list holds -1 only', () => {
  const open = { classes: 3, unknown: 'required' } as const
  assert.deepEqual([...parseList('a.jpg -1\nb.jpg -1\n', 'open.txt', open).labels], [-1, -1])
  assert.throws(
    () => parseList('a.jpg -1\nb.jpg 0\n', 'open.txt', open),
    /line 2: label 0 is out of range, expected -1/,
  )
})

test('lines that are no entries are refused with their number', () => {
  for (const line of ['a.jpg', '5', 'a.jpg x', 'a.jpg 1.5', 'a.jpg 1,2'])
    assert.throws(() => parseList(`ok.jpg 0\n${line}\n`, 'x.txt', refused), /line 2: expected `path label`/)
})

test('wrong entries are reported and left out where somebody listens', () => {
  const reported: number[] = []
  const report = ({ line }: { line: number }) => reported.push(line)
  const list = parseList('a 0\nbad\nb 9\nc 1', 'x.txt', { classes: 2, unknown: 'refused', report })
  assert.deepEqual(list.paths, ['a', 'c'])
  assert.deepEqual([...list.lines], [1, 4])
  assert.deepEqual(reported, [2, 3])
})

test('an empty and a missing list are errors', async (t) => {
  assert.throws(() => parseList('\n \r\n', 'x.txt', refused), /there are none/)
  await assert.rejects(readListFile(join(temporaryFolder(t), 'none.txt'), refused), DataError)
})

test('200,000 lines take less than a second of processor time', () => {
  const lines = Array.from(
    { length: 200_000 },
    (_, i) => `train/n0144${i % 1000}/image_${i}.JPEG ${i % 1000}`,
  )
  const text = lines.join('\n')
  const before = process.cpuUsage()
  const list = parseList(text, 'x.txt', refused)
  const { user, system } = process.cpuUsage(before)
  assert.equal(list.paths.length, 200_000)
  assert.equal(classesIn(list.labels), 1000)
  assert.ok(user + system < 1e6, `${user + system} µs`)
})
