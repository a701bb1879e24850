import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, DataError } from '../../errors.ts'
import type { Answer } from '../annotation/annotator.ts'
import { decideMerges } from './decide-merges.ts'
import { type MergeCandidate, mergeCandidates } from './merge-candidates.ts'
import { NameDecisions } from './name-decisions.ts'
import { caseAndSpacing, spellingDistance, spellingKey } from './spelling.ts'
import { readSynonyms } from './synonyms.ts'

const why = { by: 'test', reason: '' }

function temporaryFile(t: { after(fn: () => void): void }, name: string, text?: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'naming-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, name)
  if (text !== undefined) fs.writeFileSync(file, text)
  return file
}

/** One image a row: what annotators 1, 2, … called it. */
function said(...rows: readonly string[]): Answer[] {
  return rows.flatMap((row, i) =>
    row.split(',').map((name, j): Answer => ({ kind: 'class', name, question: `q${i}`, annotator: `a${j}` })),
  )
}

test('case, separators and plurals do not make another name; words that only look like plurals stay', () => {
  for (const name of ['Snow_Leopard', ' snow  leopard', 'snow-leopards', 'ＳＮＯＷ leopard'])
    assert.equal(spellingKey(name), 'snow leopard')
  assert.equal(spellingKey('Butterflies'), 'butterfly')
  assert.equal(spellingKey('foxes'), 'fox')
  for (const word of ['bus', 'glass', 'iris', 'gas', 'cactus']) assert.equal(spellingKey(word), word)
  assert.equal(caseAndSpacing('Oak_Trees'), 'oak trees')
})

test('spelling distance counts a swap as one slip, is symmetric, and is 0 only for equal texts', () => {
  assert.equal(spellingDistance('otter', 'ottre'), 1)
  assert.equal(spellingDistance('kitten', 'sitting'), 3)
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      assert.equal(spellingDistance(a, b), spellingDistance(b, a))
      assert.equal(spellingDistance(a, b) === 0, a === b)
      assert.ok(spellingDistance(a, b) <= Math.max([...a].length, [...b].length))
    }),
  )
})

test('synonyms are read by commas, tabs and =, and a bad line is named', (t) => {
  const file = temporaryFile(t, 'synonyms.txt', '# ours\nsofa, couch\n\ncar=auto\tautomobile\n')
  assert.deepEqual(readSynonyms(file), [
    ['sofa', 'couch'],
    ['car', 'auto', 'automobile'],
  ])
  fs.writeFileSync(file, 'sofa,couch\nlonely\n')
  assert.throws(
    () => readSynonyms(file),
    (e) => e instanceof DataError && /line 2: expected two/.test(e.message),
  )
  fs.writeFileSync(file, 'sofa,couch\ncouch,settee\n')
  assert.throws(() => readSynonyms(file), /line 2: expected "couch" in one group, it is in line 1/)
  fs.writeFileSync(file, 'sofa,arm_chair\nArm Chair,seat\n')
  assert.throws(() => readSynonyms(file), /line 2: expected "Arm Chair" in one group, it is in line 1/)
})

test('a spelling joins the known class, else the more frequent name', () => {
  const answers = said('Otters,otter,otter', 'tractor,tractr,Tractor', 'appel trees,x1,x2')
  const found = mergeCandidates({ answers, knownClasses: ['otter', 'apple tree'] })
  const pairs = found.map(({ from, into, evidence }) => `${from} > ${into}: ${evidence[0].kind}`)
  assert.ok(pairs.includes('Otters > otter: spelling'))
  assert.ok(pairs.includes('tractor > Tractor: spelling'))
  assert.ok(pairs.includes('appel trees > apple tree: spelling'))
})

test('a new word near a known one is no slip once it has images of its own', () => {
  const answers = said('pinetree,pinetree', 'pinetree,pinetree', 'pinetree,pinetree')
  const [found] = mergeCandidates({ answers, knownClasses: ['pinetrees house', 'finetree'] })
  assert.equal(found.into, 'finetree')
  assert.deepEqual(decideMerges([found]), [])
})

test('two names on the same images are one class, two names that meet by mistake are not', () => {
  const one = said('sofa,couch', 'couch,sofa', 'sofa,couch', 'sofa,sofa', 'couch,couch')
  const [candidate] = mergeCandidates({ answers: one, knownClasses: [] })
  assert.equal(candidate.evidence[0].kind, 'same-images')
  assert.equal(`${candidate.from} > ${candidate.into}`, 'sofa > couch')
  assert.equal(decideMerges([candidate]).length, 1)
  const rows = Array.from({ length: 20 }, (_, i) => (i < 2 ? 'sofa,bed' : i < 11 ? 'sofa,sofa' : 'bed,bed'))
  assert.deepEqual(decideMerges(mergeCandidates({ answers: said(...rows), knownClasses: [] })), [])
  assert.deepEqual(
    mergeCandidates({ answers: said('sofa,bed'), knownClasses: [] }),
    [],
    'one image is chance',
  )
})

test('listed synonyms merge new names and lead into known classes, whatever the images say', () => {
  const answers = said('Sofa,Sofa', 'settee,settee')
  const [first, ...rest] = mergeCandidates({
    answers,
    knownClasses: ['couch'],
    synonyms: [['sofa', 'couch', 'settee']],
  })
  assert.equal(first.evidence[0].kind, 'synonym')
  assert.equal(rest.length, 2)
  const merges = decideMerges([first, ...rest])
  assert.deepEqual(
    merges.map(({ into }) => into),
    ['couch', 'couch'],
  )
})

test('near embeddings are evidence, but alone never enough', () => {
  const at = (x: number) => ({ mean: Float32Array.of(x, 0), spread: 1, count: 20 })
  const embeddings = new Map([
    ['aaaaaaaa', at(0)],
    ['bbbbbbbb', at(0.1)],
    ['cccccccc', at(10)],
    ['dddddddd', at(20)],
  ])
  const answers = said('aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd')
  const found = mergeCandidates({ answers, knownClasses: [], embeddings })
  assert.deepEqual(
    [found[0].from, found[0].into, found[0].evidence[0].kind],
    ['bbbbbbbb', 'aaaaaaaa', 'embedding'],
  )
  assert.deepEqual(decideMerges(found), [])
})

test('the ranking of candidates does not depend on the order of answers', () => {
  const answers = said('sofa,couch,couchs', 'couch,sofa,cuoch', 'sofa,couch,bed', 'bed,sofa,bed')
  const expected = mergeCandidates({ answers, knownClasses: ['bed'] })
  const shuffled = fc.shuffledSubarray(answers, { minLength: answers.length })
  fc.assert(
    fc.property(shuffled, (order) => {
      assert.deepEqual(mergeCandidates({ answers: order, knownClasses: ['bed'] }), expected)
    }),
    { numRuns: 30 },
  )
})

test('a chain of names does not join two classes, and two known classes are never joined', () => {
  const link = (from: string, into: string, strength: number, intoKnown = false): MergeCandidate => ({
    from,
    into,
    strength,
    intoKnown,
    evidence: [],
    images: { from: 10, into: 10 },
  })
  const chain = [link('b', 'a', 0.9), link('c', 'b', 0.6), link('d', 'c', 0.9)]
  assert.deepEqual(
    decideMerges(chain).map(({ from, into }) => from + into),
    ['ba', 'dc'],
  )
  const bridge = [link('x', 'known one', 1, true), link('x', 'known two', 0.9, true)]
  assert.deepEqual(
    decideMerges(bridge).map(({ into }) => into),
    ['known one'],
  )
})

test('merges are followed through chains, and cycles, second merges and unknown numbers are refused', () => {
  const names = new NameDecisions()
  const first = names.merge('a', 'b', why)
  names.merge('b', 'c', why)
  assert.equal(names.resolve('a'), 'c')
  assert.deepEqual(names.canonicalNames(), ['c'])
  assert.throws(() => names.merge('c', 'a', why), ConfigError)
  assert.throws(() => names.merge('d', 'd', why), ConfigError)
  assert.throws(() => names.merge('a', 'd', why), /undo merge 1 or merge "c"/)
  names.undo(first)
  assert.equal(names.resolve('a'), 'a')
  assert.equal(names.resolve('b'), 'c', 'later merges stay')
  assert.throws(() => names.undo(first), ConfigError)
})

test('resolving twice is resolving once, merge and undo leave no trace, and a record reads back as it was', () => {
  const name = fc.constantFrom(...'abcdefgh')
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, name, fc.boolean()), { maxLength: 20 }),
      name,
      name,
      (steps, from, into) => {
        const names = new NameDecisions()
        const attempt = (x: string, y: string): number | null => {
          try {
            return names.merge(x, y, why)
          } catch (error) {
            assert.ok(error instanceof ConfigError)
            return null
          }
        }
        for (const [x, y, undone] of steps) {
          const id = attempt(x, y)
          if (undone && id !== null) names.undo(id)
        }
        const all = () => [...'abcdefgh'].map((x) => names.resolve(x))
        const before = all()
        for (const resolved of before) assert.equal(names.resolve(resolved), resolved)
        const id = attempt(from, into)
        if (id !== null) names.undo(id)
        assert.deepEqual(all(), before)
        const copy = NameDecisions.fromJSON(JSON.parse(JSON.stringify(names)))
        assert.deepEqual(copy.toJSON(), names.toJSON())
        assert.deepEqual(
          [...'abcdefgh'].map((x) => copy.resolve(x)),
          before,
        )
      },
    ),
  )
})

test('a saved record is loaded whole, and a broken one is refused with its file', (t) => {
  const file = temporaryFile(t, 'names.json')
  const names = new NameDecisions()
  names.merge('a', 'b', { by: 'somebody', reason: 'same thing' })
  names.save(file)
  assert.deepEqual(NameDecisions.load(file).inForce, names.inForce)
  fs.writeFileSync(file, '{"version":1,"entries":[{"kind":"undo","id":4}]}')
  assert.throws(
    () => NameDecisions.load(file),
    (e) => e instanceof DataError && e.message.startsWith(file),
  )
})
