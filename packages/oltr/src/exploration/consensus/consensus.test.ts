import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KeyedRandom } from '../../datasets/generated/random.ts'
import type { Answer, Verdict } from '../annotation/annotator.ts'
import { reachConsensus } from './consensus.ts'
import { dawidSkene } from './dawid-skene.ts'
import { krippendorffAlpha } from './krippendorff-alpha.ts'
import { votesByQuestion } from './votes.ts'

/** What annotators 0, 1, … said about one image: class names, or `!` and a kind. */
function about(question: string, ...words: readonly string[]): Answer[] {
  return words.flatMap((word, i): Answer[] => {
    if (word === '') return []
    const verdict = (
      word.startsWith('!') ? { kind: word.slice(1) } : { kind: 'class', name: word }
    ) as Verdict
    return [{ ...verdict, question, annotator: `a${i}` }]
  })
}

function majority(...words: readonly string[]) {
  return reachConsensus(about('q', ...words), { method: 'majority' }).get('q')!
}

test('the most votes win, one answer is a consensus of one, and a tie is none', () => {
  assert.deepEqual(majority('cat', 'dog', 'cat'), {
    outcome: { kind: 'class', name: 'cat' },
    certainty: 2 / 3,
    votes: { cat: 2, dog: 1 },
  })
  assert.deepEqual(majority('cat').outcome, { kind: 'class', name: 'cat' })
  assert.equal(majority('cat').certainty, 1)
  assert.deepEqual(majority('cat', 'dog').outcome, { kind: 'none', why: 'tie' })
})

test('skips and unsure do not vote; known and not-an-object do, but name no class', () => {
  assert.deepEqual(majority('!skip', '!unsure', 'cat').outcome, { kind: 'class', name: 'cat' })
  assert.deepEqual(majority('!known', '!known', 'cat').outcome, { kind: 'known' })
  assert.deepEqual(majority('!known', 'cat').outcome, { kind: 'none', why: 'tie' })
  assert.deepEqual(majority('!not-an-object', '!not-an-object', 'cat').outcome, {
    kind: 'none',
    why: 'not an object',
  })
  assert.deepEqual(majority('!skip').outcome, { kind: 'none', why: 'nobody named it' })
  assert.equal(majority('!skip').certainty, 0)
})

test('an outcome below the minimum share is none', () => {
  const { outcome } = reachConsensus(about('q', 'cat', 'cat', 'dog'), {
    method: 'majority',
    minimumShare: 0.7,
  }).get('q')!
  assert.deepEqual(outcome, { kind: 'none', why: 'certainty 0.67 is below 0.7' })
})

const word = fc.constantFrom('cat', 'dog', 'cow', '!known', '!skip', '!not-an-object', '')
const table = fc.array(fc.array(word, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 8 })
const answersIn = (rows: readonly string[][]): Answer[] => rows.flatMap((row, i) => about(`q${i}`, ...row))

test('neither consensus nor alpha depends on the order of answers', () => {
  fc.assert(
    fc.property(table, fc.nat(), fc.constantFrom('majority', 'dawid-skene'), (rows, seed, method) => {
      const answers = answersIn(rows)
      const random = new KeyedRandom(seed)
      const shuffled = [...answers].map((answer) => ({ answer, at: random.next() }))
      const other = shuffled.sort((a, b) => a.at - b.at).map(({ answer }) => answer)
      assert.deepEqual(reachConsensus(other, { method }), reachConsensus(answers, { method }))
      assert.equal(krippendorffAlpha(other), krippendorffAlpha(answers))
      for (const { certainty } of reachConsensus(answers, { method }).values())
        assert.ok(certainty >= 0 && certainty <= 1 + 1e-12)
    }),
    { numRuns: 50 },
  )
})

test('alpha of the published example, 4 observers and 12 units, is 0.743', () => {
  // Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C; a dot is a missing value.
  const observers = ['123321412...', '1233224125.3', '.3332342251.', '12332441251.']
  const units = Array.from({ length: 12 }, (_, i) => observers.map((row) => (row[i] === '.' ? '' : row[i])))
  assert.equal(krippendorffAlpha(answersIn(units))?.toFixed(3), '0.743')
})

test('alpha is 1 for perfect agreement, null without two votes on an image, and never above 1', () => {
  assert.equal(
    krippendorffAlpha(
      answersIn([
        ['cat', 'cat', ''],
        ['dog', 'dog', 'dog'],
      ]),
    ),
    1,
  )
  assert.equal(krippendorffAlpha(answersIn([['cat', 'cat', '']])), 1)
  assert.equal(
    krippendorffAlpha(
      answersIn([
        ['cat', '', ''],
        ['', 'dog', '!skip'],
      ]),
    ),
    null,
  )
  fc.assert(
    fc.property(table, (rows) => {
      const alpha = krippendorffAlpha(answersIn(rows))
      assert.ok(alpha === null || (alpha <= 1 && alpha >= -1))
    }),
  )
})

/** Right answers with the given probabilities, else any other of ten classes. */
function simulated(seed: number, skill: readonly number[], items: number) {
  const truth = new Map<string, string>()
  const answers: Answer[] = []
  for (let i = 0; i < items; i++) {
    const random = new KeyedRandom(seed, i)
    const right = random.integer(10)
    truth.set(`q${i}`, `c${right}`)
    skill.forEach((accuracy, j) => {
      const name = `c${random.chance(accuracy) ? right : (right + 1 + random.integer(9)) % 10}`
      answers.push({ kind: 'class', name, question: `q${i}`, annotator: `a${j}` })
    })
  }
  return { truth, answers }
}

test('with one bad annotator, Dawid and Skene find more true classes than a majority, and find out who is bad', (t) => {
  for (const seed of [1, 2, 3]) {
    const { truth, answers } = simulated(seed, [0.9, 0.75, 0.2], 300)
    const right = (method: 'majority' | 'dawid-skene') =>
      [...reachConsensus(answers, { method })].filter(
        ([id, { outcome }]) => outcome.kind === 'class' && outcome.name === truth.get(id),
      ).length / truth.size
    t.diagnostic(`majority ${right('majority').toFixed(3)}, Dawid-Skene ${right('dawid-skene').toFixed(3)}`)
    assert.ok(right('dawid-skene') > right('majority') + 0.02)
    const { accuracies, converged } = dawidSkene(votesByQuestion(answers))
    assert.ok(converged)
    assert.ok(accuracies.get('a2')! < Math.min(accuracies.get('a0')!, accuracies.get('a1')!))
    assert.ok(Math.abs(accuracies.get('a2')! - 0.2) < 0.1)
  }
})

test('with few answers each, Dawid and Skene keep to what most people say', () => {
  const answers = [...about('q1', 'cat', 'cat', 'dog'), ...about('q2', '', 'cow', 'cow')]
  const found = reachConsensus(answers, { method: 'dawid-skene' })
  assert.deepEqual(found.get('q1')!.outcome, { kind: 'class', name: 'cat' })
  assert.deepEqual(found.get('q2')!.outcome, { kind: 'class', name: 'cow' })
})
