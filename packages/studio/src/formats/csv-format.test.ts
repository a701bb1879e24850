import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inPieces, plainRecord } from './annotation-record.fixture.ts'
import { readCsv, writeCsv } from './csv-format.ts'
import { csvRows } from './csv-rows.ts'

const csvOf = async (className: string): Promise<string> =>
  (await Array.fromAsync(writeCsv(inPieces([{ ...plainRecord, className }])))).join('')

test('no cell begins like a formula', async () => {
  for (const name of ['=cmd|calc', '+1', '-1', '@x', '\t=1', '\r=1', "'=x"]) {
    const rows = await Array.fromAsync(csvRows(inPieces([await csvOf(name)])))
    assert.ok(rows[1].cells.includes(`'${name}`), name)
    for (const cell of rows[1].cells) assert.doesNotMatch(cell ?? '', /^[=+\-@\t\r]/)
  }
})

test('a file that a spreadsheet saved is read: byte order mark, LF, capital TRUE, moved and further columns', async () => {
  const [header, row] = (await csvOf('cat')).split('\r\n')
  const text = `\ufeffmine,${header}\nx,${row.replace('false', 'FALSE')}\n\n`
  assert.deepEqual(await Array.fromAsync(readCsv(inPieces([text]))), [{ ...plainRecord, className: 'cat' }])
})

test('quotes, commas and lines in cells, an empty text and none', async () => {
  const rows = await Array.fromAsync(csvRows(inPieces(['a,"b,""c""\r\nd",,""\r\n', '"', 'x"\n'])))
  assert.deepEqual(rows, [
    { cells: ['a', 'b,"c"\r\nd', null, ''], line: 1 },
    { cells: ['x'], line: 3 },
  ])
})
