import assert from 'node:assert/strict'
import { test } from 'node:test'
import { libraryInfo, setThreads, TorchError } from './index.ts'

test('the library says what it is and where it was loaded from', () => {
  const info = libraryInfo()
  assert.match(info.version, /^\d+\.\d+\.\d+/)
  assert.match(info.path, /libtorch_cpu|torch/)
  assert.equal(typeof info.cuda, 'boolean')
  assert.ok(info.threads >= 1)
})

test('the number of threads can be set', () => {
  const before = libraryInfo().threads
  setThreads(before + 1)
  assert.equal(libraryInfo().threads, before + 1)
  setThreads(before)
  assert.equal(libraryInfo().threads, before)
})

test('a number of threads that cannot be is refused before the library sees it', () => {
  const before = libraryInfo().threads
  for (const threads of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 100_000, 2 ** 32 + 1, '2', null]) {
    assert.throws(() => setThreads(threads as number), TorchError)
  }
  assert.equal(libraryInfo().threads, before)
})
