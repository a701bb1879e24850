import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { inspectImage } from './image-structure.ts'
import { encodePng } from './png-writer.ts'

test('rows are interleaved RGB behind a filter byte of zero', () => {
  // 2 x 2: red plane 1..4, green 5..8, blue 9..12
  const png = encodePng(
    Uint8Array.from({ length: 12 }, (_, i) => i + 1),
    2,
    2,
  )
  assert.deepEqual(inspectImage(png), { format: 'png', width: 2, height: 2 })
  const at = Buffer.from(png).indexOf('IDAT')
  const length = Buffer.from(png).readUInt32BE(at - 4)
  const rows = inflateSync(png.subarray(at + 4, at + 4 + length))
  assert.deepEqual([...rows], [0, 1, 5, 9, 2, 6, 10, 0, 3, 7, 11, 4, 8, 12])
})

test('bytes that are no image of that size are refused', () => {
  assert.throws(() => encodePng(new Uint8Array(11), 2, 2), /expected 3 x 2 x 2 bytes/)
  assert.throws(() => encodePng(new Uint8Array(0), 0, 2), RangeError)
})
