// The smallest columns against a stable sort of each row, at sizes around the groups, with many equal values.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ops, scope, tensor } from '@oltr/torch'
import { smallestColumns } from './smallest-columns.ts'

function sorted(row: readonly number[], count: number): number[] {
  return row
    .map((value, column) => ({ value, column }))
    .sort((a, b) => a.value - b.value || a.column - b.column)
    .slice(0, count)
    .map(({ column }) => column)
}

for (const columns of [3, 31, 96, 97, 128, 129, 160, 1000]) {
  for (const kinds of [2, 5, 1e9]) {
    test(`of ${columns} columns with ${kinds} kinds of values`, () => {
      let state = columns * 31 + 1
      const random = () => {
        state = (state * 1103515245 + 12345) % 2147483648
        return Math.floor((state / 2147483648) * kinds)
      }
      const rows = Array.from({ length: 20 }, () =>
        Array.from({ length: columns }, () => Math.fround(random())),
      )
      const found = scope(() => {
        const values = tensor(Float32Array.from(rows.flat()), { shape: [rows.length, columns] })
        const before = values.clone()
        const places = smallestColumns(values, 3).tolist()
        assert.ok(ops.equal(before, values), 'the values were changed')
        return places
      })
      assert.deepEqual(
        found,
        rows.map((row) => sorted(row, 3)),
      )
    })
  }
}
