import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeProcessor } from '@oltr/torch/processor'
import { bfloat16Instructions, choosePrecision, type Precision } from './precision.ts'

const file = () => join(mkdtempSync(join(tmpdir(), 'oltr-precision-')), 'precision.json')
const never = (): number => assert.fail('nothing to measure')

test('the bfloat16 instructions are read from the processor flags', () => {
  assert.deepEqual(bfloat16Instructions(describeProcessor('flags\t\t: sse avx512_bf16 amx_bf16 avx2\n')), [
    'avx512_bf16',
    'amx_bf16',
  ])
  assert.deepEqual(bfloat16Instructions(describeProcessor('flags : avx2 avx512f\n')), [])
  assert.deepEqual(bfloat16Instructions(describeProcessor('')), [])
})

test('a configured precision is taken without measuring, and a GPU computes in bfloat16', () => {
  assert.equal(choosePrecision(file(), 'float32', 'cpu', never), 'float32')
  assert.equal(choosePrecision(file(), 'auto', 'cuda:0', never), 'bfloat16')
})

test('a run keeps the precision it began with, whatever a later measurement would say', () => {
  const kept = file()
  writeFileSync(kept, '{"precision":"bfloat16"}')
  assert.equal(choosePrecision(kept, 'auto', 'cpu', never), 'bfloat16')
})

test('without a recorded choice the faster precision wins, and bfloat16 only by a margin', (t) => {
  if (bfloat16Instructions().length === 0) return t.skip('this processor has no bfloat16 instructions')
  const measured = (bfloat16: number) => (precision: Precision) => (precision === 'float32' ? 1 : bfloat16)
  assert.equal(choosePrecision(file(), 'auto', 'cpu', measured(0.5)), 'bfloat16')
  assert.equal(choosePrecision(file(), 'auto', 'cpu', measured(0.95)), 'float32')
  assert.equal(choosePrecision(file(), 'auto', 'cpu', measured(1.4)), 'float32')
})

test('a damaged record names its file', () => {
  const damaged = file()
  writeFileSync(damaged, '{"precision":"float8"}')
  assert.throws(() => choosePrecision(damaged, 'auto', 'cpu', never), /precision\.json.*float8/)
})
