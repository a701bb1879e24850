import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Answer } from '../annotation/annotator.ts'
import { decideMerges } from './decide-merges.ts'
import { mergeCandidates } from './merge-candidates.ts'
import { NameDecisions } from './name-decisions.ts'

/** One image a row: what annotators 1, 2, … called it. */
function said(...rows: readonly string[]): Answer[] {
  return rows.flatMap((row, i) =>
    row.split(',').map((name, j): Answer => ({ kind: 'class', name, question: `q${i}`, annotator: `a${j}` })),
  )
}

function namesAfter(...[input]: Parameters<typeof mergeCandidates>): (name: string) => string {
  const names = new NameDecisions()
  for (const { from, into } of decideMerges(mergeCandidates(input)))
    names.merge(from, into, { by: 'test', reason: '' })
  return (name) => names.resolve(name)
}

const sofas = [
  'sofa,couch,settee',
  'couch,settee,sofa',
  'settee,sofa,couch',
  'couch,sofa,settee',
  'sofa,sofa,couch',
]

test('spellings of a name follow it into a group of other names', () => {
  const answers = said(...sofas, 'Sofas,SOFA,couch', 'Couches,settees,Settee')
  const resolve = namesAfter({ answers, knownClasses: [] })
  const all = ['sofa', 'couch', 'settee', 'Sofas', 'SOFA', 'Couches', 'settees', 'Settee'].map(resolve)
  assert.deepEqual(new Set(all).size, 1)
})

test('spellings of a listed synonym follow it, known class or not', () => {
  const answers = said('settee', 'couch', 'sofa', 'sofas', 'Sofa')
  const synonyms = [['sofa', 'couch', 'settee', 'divan']]
  for (const knownClasses of [[], ['divan']]) {
    const resolve = namesAfter({ answers, knownClasses, synonyms })
    assert.equal(new Set(['settee', 'couch', 'sofa', 'sofas', 'Sofa'].map(resolve)).size, 1)
  }
})

test('a slip on one image follows its name into a group, a name on many images of its own does not', () => {
  const slip = namesAfter({ answers: said(...sofas, 'setteee,couch'), knownClasses: [] })
  assert.equal(slip('setteee'), slip('couch'))
  const own = Array.from({ length: 8 }, () => 'setter,setter,setter')
  const other = namesAfter({ answers: said(...sofas, ...own), knownClasses: [] })
  assert.equal(other('couch'), other('settee'))
  assert.notEqual(other('setter'), other('settee'))
})

test('what spells two known classes goes to one of them, and the two stay two', () => {
  const resolve = namesAfter({
    answers: said('Otters,OTTER', 'otter,otters'),
    knownClasses: ['otter', 'otters'],
  })
  assert.equal(resolve('otter'), 'otter')
  assert.equal(resolve('otters'), 'otters')
  assert.match(resolve('Otters'), /^otters?$/)
})

test('a name is merged once at most, never in a circle, and never out of a known class', () => {
  const name = fc.constantFrom(
    'sofa',
    'Sofa',
    'sofas',
    'couch',
    'couches',
    'bed',
    'beds',
    'cot',
    'divan',
    'divann',
  )
  const rows = fc.array(fc.array(name, { minLength: 1, maxLength: 3 }), { maxLength: 12 })
  fc.assert(
    fc.property(rows, (images) => {
      const answers = said(...images.map((names) => names.join(',')))
      const merges = decideMerges(mergeCandidates({ answers, knownClasses: ['bed', 'cot'] }))
      const names = new NameDecisions() // refuses circles and second merges
      for (const { from, into } of merges) names.merge(from, into, { by: 'test', reason: '' })
      assert.equal(names.resolve('bed'), 'bed')
      assert.equal(names.resolve('cot'), 'cot')
    }),
  )
})
