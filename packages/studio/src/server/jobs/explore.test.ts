import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leftOutOf } from './explore.ts'

const leftOut = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ image: `${at}\\xff.jpg`, skipped: 'its name is not UTF-8' }))

test('files of a pool that were left out are counted, and the first of them named with the reason', () => {
  assert.equal(leftOutOf([]), '')
  assert.equal(leftOutOf(leftOut(1)), '. 1 file was left out: 0\\xff.jpg: its name is not UTF-8')
  const many = leftOutOf(leftOut(5))
  assert.match(
    many,
    /^\. 5 files were left out: 0.+; 1.+; 2\\xff\.jpg: its name is not UTF-8; and 2 more, all in/,
  )
})
