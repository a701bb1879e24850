// Promises of undo and redo: steps go back whole and in order, and come again in the order they went.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PastAnswer, recentClasses, toRedo, toUndo, withKept } from './answer-history.ts'

const past = (uuid: string, more: Partial<PastAnswer> = {}): PastAnswer => ({
  uuid,
  task: `1-${uuid}`,
  image: uuid,
  verdict: { kind: 'class', class: 'c-1' },
  className: 'owl',
  at: uuid.charCodeAt(0),
  undone: false,
  ...more,
})
const ids = (answers: readonly PastAnswer[]) => answers.map(({ uuid }) => uuid).join('')

test('undo takes the newest that stands, a cluster at once', () => {
  assert.equal(ids(toUndo([past('c', { undone: true }), past('b'), past('a')])), 'b')
  assert.equal(ids(toUndo([past('c', { step: 's' }), past('b', { step: 's' }), past('a')])), 'cb')
  // Given in one request, but one after the other: a batch that was kept while offline.
  assert.equal(ids(toUndo([past('c', { at: 5 }), past('b', { at: 5 }), past('a')])), 'c')
  assert.equal(ids(toUndo([])), '')
})

test('redo gives again what was taken back last, and stops at an answer that stands', () => {
  assert.equal(ids(toRedo([past('c', { undone: true }), past('b', { undone: true }), past('a')])), 'b')
  assert.equal(ids(toRedo([past('c'), past('b', { undone: true })])), '')
})

test('redo passes over an answer that was replaced', () => {
  const replaced = past('a', { undone: true, task: '1-x' })
  const instead = past('b', { undone: true, task: '1-x' })
  assert.equal(ids(toRedo([instead, replaced])), 'b')
})

test('what is kept in the browser is part of the history after a reload', () => {
  const answer = (uuid: string) => ({
    kind: 'answer' as const,
    answer: { uuid, task: '1-x', verdict: { kind: 'unsure' as const } },
  })
  const undo = { kind: 'undo' as const, answers: ['a', 'c'] }
  const all = withKept([past('b'), past('a')], [answer('b'), answer('c'), answer('d'), undo])
  assert.equal(ids(all), 'dcba')
  assert.equal(ids(toUndo(all)), 'd')
  assert.deepEqual(
    all.filter(({ undone }) => undone).map(({ uuid }) => uuid),
    ['c', 'a'],
  )
})

test('recent classes are distinct, newest first, without what was taken back', () => {
  const answers = [
    past('d', { verdict: { kind: 'class', class: 'c-2' }, className: 'fox' }),
    past('c'),
    past('b', { undone: true, verdict: { kind: 'class', class: 'c-3' }, className: 'elk' }),
    past('a'),
  ]
  assert.deepEqual(
    recentClasses(answers, 9).map(({ name }) => name),
    ['fox', 'owl'],
  )
})
