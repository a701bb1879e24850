// The reader of import lines, which the architecture test leans on.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importsOf } from './imports.ts'

test('every form of import is found, and nothing else', () => {
  const text = `
// import { no } from 'commented'
/* export * from 'commented' */
import assert from 'node:assert/strict'
import type { A } from "../a.ts"
import {
  b,
  type C,
} from '@oltr/torch/nn'
export * from './d.ts'
export { e } from './e.ts'
export type { F } from './f.ts'
export const g = 'from'
export type Name = string | 'x'
import './effect.ts'
const lazy = await import('zod')
const bytes = Buffer.from('not one'), address = 'https://example.org/from'
`
  assert.deepEqual(
    importsOf('packages/oltr/src/x.ts', text).map(({ module, file, typeOnly }) => [module, file, typeOnly]),
    [
      ['node:assert/strict', null, false],
      ['../a.ts', 'packages/oltr/a.ts', true],
      ['@oltr/torch/nn', null, false],
      ['./d.ts', 'packages/oltr/src/d.ts', false],
      ['./e.ts', 'packages/oltr/src/e.ts', false],
      ['./f.ts', 'packages/oltr/src/f.ts', true],
      ['./effect.ts', 'packages/oltr/src/effect.ts', false],
      ['zod', null, false],
    ],
  )
})
