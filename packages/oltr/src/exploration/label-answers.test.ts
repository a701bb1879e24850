// From answers to labels.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from './annotation/annotator.ts'
import { type LabellingOptions, labelAnswers } from './label-answers.ts'
import { NameDecisions } from './naming/name-decisions.ts'

const asked = new Set(['1', '2', '3', '4'])
const known = ['Heron', 'coot']
const options: LabellingOptions = { consensus: 'majority', merge: false }
const says = (question: string, name: string, annotator = 'ann'): Answer => ({
  question,
  annotator,
  kind: 'class',
  name,
})
const label = (answers: Answer[], change: Partial<LabellingOptions> = {}, decisions = new NameDecisions()) =>
  labelAnswers(answers, asked, known, decisions, { ...options, ...change })

test('answers name known and new classes; a known one in another case is that class', () => {
  const { labels, newClasses, undecided } = label([says('1', 'heron'), says('2', 'grebe'), says('3', 'coot')])
  assert.deepEqual(
    labels.map(({ id, className }) => `${id} ${className}`),
    ['1 Heron', '2 grebe', '3 coot'],
  )
  assert.deepEqual(newClasses, ['grebe'])
  assert.deepEqual(undecided, [{ id: '4', why: 'no usable answer' }])
})

test('"unknown", nothing, and answers to questions that were not asked are refused and listed; the others count', () => {
  const { labels, problems } = label([
    says('1', 'Unknown'),
    says('2', '  '),
    says('99', 'grebe'),
    says('3', 'grebe'),
  ])
  assert.deepEqual(
    labels.map(({ id }) => id),
    ['3'],
  )
  assert.equal(problems.length, 3)
})

test('of contradictory answers of one person the last counts; a repeated one counts once', () => {
  const { labels, problems } = label([
    says('1', 'grebe'),
    says('1', 'coot'),
    says('2', 'grebe'),
    says('2', 'grebe'),
  ])
  assert.deepEqual(
    labels.map(({ className }) => className),
    ['coot', 'grebe'],
  )
  assert.equal(problems.length, 2)
})

test('people who disagree leave an image without a class, two against one give it theirs', () => {
  const { labels, undecided, agreement } = label([
    says('1', 'grebe', 'ann'),
    says('1', 'coot', 'bob'),
    says('2', 'grebe', 'ann'),
    says('2', 'grebe', 'bob'),
    says('2', 'coot', 'cem'),
  ])
  assert.deepEqual(
    labels.map(({ id, className }) => `${id} ${className}`),
    ['2 grebe'],
  )
  assert.ok(undecided.some(({ id }) => id === '1'))
  assert.ok(agreement! < 1)
})

test('a known class of which nobody says which, and skips, name nothing', () => {
  const { labels, undecided } = label([
    { question: '1', annotator: 'ann', kind: 'known' },
    { question: '2', annotator: 'ann', kind: 'skip' },
    { question: '3', annotator: 'ann', kind: 'unsure' },
    { question: '4', annotator: 'ann', kind: 'not-an-object' },
  ])
  assert.equal(labels.length, 0)
  assert.equal(undecided.length, 4)
})

test('two spellings become one class, once by evidence and for good by decision; undone, they are two again', () => {
  const answers = [says('1', 'great grebe'), says('2', 'Great-Grebe'), says('3', 'great grebe')]
  assert.equal(label(answers).newClasses.length, 2)
  const decisions = new NameDecisions()
  const merged = label(answers, { merge: true }, decisions)
  assert.deepEqual(merged.newClasses, ['great grebe'])
  assert.equal(merged.merges.length, 1)
  assert.equal(label(answers, {}, decisions).newClasses.length, 1)
  decisions.undo(decisions.inForce[0]!.id)
  assert.equal(label(answers, {}, decisions).newClasses.length, 2)
  assert.equal(
    label(answers, { merge: true }, decisions).newClasses.length,
    2,
    'what was taken back is not done again',
  )
})

test('names that may be one class are suggested, by spelling and by where their images lie', () => {
  const answers = [
    says('1', 'wader', 'a'),
    says('2', 'wader', 'a'),
    says('3', 'stilt', 'a'),
    says('4', 'stilt', 'a'),
  ]
  const spots: Record<string, number[]> = { 1: [0, 1], 2: [1, 0], 3: [0, 0.9], 4: [0.9, 0] }
  assert.deepEqual(label(answers).suggestions, [])
  const more = ['tern', 'gull'].flatMap((name, i) => [5, 6].map((n) => says(`${n + 2 * i}`, name, 'a')))
  const far: Record<string, number[]> = { 5: [9, 9], 6: [9, 8], 7: [-9, 9], 8: [-9, 8] }
  const { suggestions, merges } = labelAnswers(
    [...answers, ...more],
    new Set(['1', '2', '3', '4', '5', '6', '7', '8']),
    known,
    new NameDecisions(),
    { ...options, merge: true, featureOf: (id) => Float32Array.from({ ...spots, ...far }[id]!) },
  )
  assert.equal(merges.length, 0)
  const [{ from, into }] = suggestions as [(typeof suggestions)[number]]
  assert.deepEqual([from, into].sort(), ['stilt', 'wader'])
  assert.match(suggestions[0]!.why, /embeddings/)
})
