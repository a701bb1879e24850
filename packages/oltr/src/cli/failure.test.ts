import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mock, test } from 'node:test'
import { WriteError } from '@oltr/torch/files'
import { ConfigError, DataError } from '../errors.ts'
import { Interrupted } from '../training/interruption.ts'
import { reportFailure } from './failure.ts'

function reported(error: unknown, json = false): { text: string; exitCode: number } {
  let text = ''
  const printed = mock.method(console, 'error', (line: string) => {
    text = line
  })
  try {
    return { exitCode: reportFailure(error, json), text }
  } finally {
    printed.mock.restore()
  }
}

test('what the user can mend is said in one sentence, without a stack', () => {
  for (const error of [
    new ConfigError('stage1.epochs', -1, 'expected 0 or more'),
    new DataError('/a/list.txt:3', 'expected a label'),
    new WriteError('/a/file', 'could not be written', { needed: 1 }),
  ]) {
    assert.deepEqual(reported(error), { exitCode: 1, text: error.message })
  }
})

test('an error of the system that names a file is such a sentence, too', () => {
  try {
    readFileSync('/no/such/file')
  } catch (error) {
    assert.equal(reported(error).text, "ENOENT: no such file or directory, open '/no/such/file'")
  }
})

test('what is ours to mend comes with its stack', () => {
  assert.match(reported(new TypeError('x is not a function')).text, /x is not a function\n\s+at /)
})

test('after a signal the exit code is that of the signal', () => {
  assert.equal(reported(new Interrupted('SIGINT')).exitCode, 130)
  assert.equal(reported(new Interrupted('SIGTERM')).exitCode, 143)
})

test('as JSON: name and message', () => {
  const { text } = reported(new DataError('f', 'wrong'), true)
  assert.deepEqual(JSON.parse(text), { error: 'DataError', message: 'f: wrong' })
})

test('anything can be thrown', () => {
  assert.equal(reported('text').exitCode, 1)
  assert.match(reported(undefined).text, /undefined/)
})
