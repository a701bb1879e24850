import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, DataError } from '../../errors.ts'
import type { Annotator, Answer, Question } from './annotator.ts'
import { appendAnswers, readAnswers } from './answer-file.ts'
import { checkAnswers } from './check-answers.ts'
import { collectAnswers } from './collect-answers.ts'
import type { CrowdOptionsInput } from './crowd-options.ts'
import { namesOf } from './invented-names.ts'
import { noisyCrowd } from './noisy-crowd.ts'
import { perfectOracle } from './perfect-oracle.ts'

function temporaryFile(t: { after(fn: () => void): void }, name: string, text?: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'annotation-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, name)
  if (text !== undefined) fs.writeFileSync(file, text)
  return file
}

const knownClasses = ['cat', 'dog', 'cow']
const allClasses = [...knownClasses, 'snow leopard', 'tractor']
const questions: Question[] = Array.from({ length: 1000 }, (_, i) => ({
  id: `q${i}`,
  image: '',
  guesses: [],
}))
const truth = ({ id }: { id: string }): string => allClasses[Number(id.slice(1)) % allClasses.length]
const crowd = (options: CrowdOptionsInput = {}) => noisyCrowd(options, { truth, knownClasses, allClasses })

async function all(annotator: Annotator, asked: readonly Question[]): Promise<Answer[]> {
  return Array.fromAsync(annotator.answer(asked))
}

test('the oracle answers everything with the true class', async () => {
  const answers = await all(perfectOracle(truth), questions)
  assert.equal(answers.length, questions.length)
  assert.ok(
    answers.every((answer) => answer.kind === 'class' && answer.name === truth({ id: answer.question })),
  )
})

test('a member of the crowd says the same in any batch, any order, any number of times', async () => {
  const [, member] = crowd({ skipRate: 0.1, neverRate: 0.1 })
  const said = new Map((await all(member, questions)).map((answer) => [answer.question, answer]))
  const [, again] = crowd({ skipRate: 0.1, neverRate: 0.1 })
  for (const batch of [
    questions.slice(500, 520).reverse(),
    questions.slice(0, 1),
    questions.slice(510, 530),
  ]) {
    const answers = await all(again, batch)
    assert.equal(answers.length, batch.filter(({ id }) => said.has(id)).length)
    for (const answer of answers) assert.deepEqual(answer, said.get(answer.question))
  }
})

test('answers come in another order than questions, and members and seeds differ', async () => {
  const [first, second] = await Promise.all(crowd().map((member) => all(member, questions)))
  assert.notDeepEqual(
    first.map(({ question }) => question),
    questions.map(({ id }) => id),
  )
  const names = (answers: Answer[]) =>
    answers
      .sort((a, b) => (a.question < b.question ? -1 : 1))
      .map((a) => (a.kind === 'class' ? a.name : a.kind))
  assert.notDeepEqual(names(first), names(second))
  assert.notDeepEqual(names(first), names(await all(crowd({ seed: 1 })[0], questions)))
})

test('errors, silence and kinds of answer come as often as they should', async () => {
  const options = { annotators: 1, spellingRate: 0, namesPerNewClass: 1, skipRate: 0.1, unsureRate: 0.05 }
  const answers = await all(crowd({ ...options, notAnObjectRate: 0.05, neverRate: 0.2 })[0], questions)
  const share = (kind: string) => answers.filter((answer) => answer.kind === kind).length / questions.length
  const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 0.04, `${value}`)
  near(answers.length / questions.length, 0.8)
  near(share('skip'), 0.1)
  near(share('unsure'), 0.05)
  near(share('not-an-object'), 0.05)
  const named = answers.filter((answer) => answer.kind === 'class')
  near(named.filter((answer) => answer.name !== truth({ id: answer.question })).length / named.length, 0.2)
})

test('new classes have several names, known ones one; habits and confusions are kept', async () => {
  const clean = { errorRate: 0, spellingRate: 0, annotators: 1 }
  const names = async (options: CrowdOptionsInput, name: string) => {
    const asked = questions.filter((question) => truth(question) === name)
    const answers = await all(crowd({ ...clean, ...options })[0], asked)
    return new Set(answers.map((answer) => (answer.kind === 'class' ? answer.name : answer.kind)))
  }
  assert.deepEqual(await names({}, 'cat'), new Set(['cat']))
  assert.deepEqual([...(await names({}, 'tractor'))].sort(), namesOf('tractor', 3).sort())
  assert.equal((await names({ nameHabit: 'per-annotator' }, 'tractor')).size, 1)
  assert.deepEqual(await names({ knownRate: 1 }, 'dog'), new Set(['known']))
  const confusions = { dog: { cow: 1, cat: 0 } }
  assert.deepEqual(await names({ errorRate: 1, confusions }, 'dog'), new Set(['cow']))
  assert.ok((await names({ spellingRate: 1 }, 'snow leopard')).size > 10)
})

test('options of a crowd that cannot be are refused with their path', () => {
  assert.throws(
    () => crowd({ errorRate: 2 }),
    (e) => e instanceof ConfigError && e.path === 'crowd.errorRate',
  )
  assert.throws(() => crowd({ skipRate: 0.6, neverRate: 0.6 }), ConfigError)
  assert.throws(() => crowd({ confusions: { dog: { wolf: 1 } } }), /crowd\.confusions\.dog/)
})

test('answers in CSV: quotes, kinds, and rows that nobody filled in', (t) => {
  const text =
    'question,annotator,answer,kind\r\nq1,ann,"oak, old",\r\nq2,ann,,\n\nq3,bob,,skip\nq4,bob,"a ""b""",class\n'
  assert.deepEqual(readAnswers(temporaryFile(t, 'answers.csv', text)), [
    { kind: 'class', name: 'oak, old', question: 'q1', annotator: 'ann' },
    { kind: 'skip', question: 'q3', annotator: 'bob' },
    { kind: 'class', name: 'a "b"', question: 'q4', annotator: 'bob' },
  ])
})

test('files that hold no answers are refused with file and line', (t) => {
  const file = temporaryFile(t, 'answers.csv')
  const refused = (text: string, message: RegExp) => {
    fs.writeFileSync(file, text)
    assert.throws(
      () => readAnswers(file),
      (e) => e instanceof DataError && e.file === file && message.test(e.message),
    )
  }
  refused('', /line 1: expected a header/)
  refused('question,answer\nq1,cat\n', /line 1: expected a header with question, annotator and answer/)
  refused('question,annotator,answer\nq1,ann,cat\nq2,ann\n', /line 3: expected 3 fields, got 2/)
  refused('question,annotator,answer\nq1,ann,"cat\n', /line 2: .*quoted field is never closed/)
  refused('question,annotator,answer,kind\nq1,ann,cat,maybe\n', /line 2: expected a kind of .*"maybe"/)
  refused('question,annotator,answer\nq1,,cat\n', /line 2: expected the annotator/)
  refused(
    'question,annotator,answer,kind\nq1,ann,cat,Skip\n',
    /line 2: expected no class beside .*skip.*"cat"/,
  )
  const lines = temporaryFile(
    t,
    'answers.jsonl',
    '{"kind":"known","question":"q","annotator":"a"}\nnonsense\n',
  )
  assert.throws(() => readAnswers(lines), /line 2/)
  assert.throws(() => readAnswers(`${lines}.missing`), DataError)
})

const answer = (question: string, name: string, annotator = 'ann'): Answer => ({
  kind: 'class',
  name,
  question,
  annotator,
})

test('cut anywhere, a file of answers reads without its torn line and goes on behind it', (t) => {
  const file = temporaryFile(t, 'new/answers.jsonl')
  const answers = [answer('q1', 'Bär'), answer('q2', 'cat'), answer('q3', 'dog')]
  appendAnswers(file, answers)
  assert.deepEqual(readAnswers(file), answers)
  const whole = fs.readFileSync(file)
  fc.assert(
    fc.property(fc.nat(whole.length), (cut) => {
      fs.writeFileSync(file, whole.subarray(0, cut))
      const left = readAnswers(file)
      assert.deepEqual(left, answers.slice(0, left.length))
      appendAnswers(file, [answer('q4', 'cow')])
      assert.deepEqual(readAnswers(file), [...left, answer('q4', 'cow')])
    }),
    { numRuns: 30 },
  )
})

test('a last line without its line end is an answer all the same, and what is appended stands behind it', (t) => {
  const file = temporaryFile(t, 'answers.jsonl', JSON.stringify(answer('q1', 'cat')))
  assert.deepEqual(readAnswers(file), [answer('q1', 'cat')])
  appendAnswers(file, [answer('q2', 'dog')])
  assert.deepEqual(readAnswers(file), [answer('q1', 'cat'), answer('q2', 'dog')])
})

test('each question goes to as many annotators as asked for, evenly, and answers come back in order', async (t) => {
  const file = temporaryFile(t, 'answers.jsonl')
  const answers = await collectAnswers(crowd({ annotators: 4 }), questions.slice(0, 100), {
    file,
    overlap: 2,
  })
  assert.equal(answers.length, 200)
  assert.deepEqual(
    [...Map.groupBy(answers, ({ annotator }) => annotator).values()].map(({ length }) => length),
    [50, 50, 50, 50],
  )
  for (const [i, { question }] of answers.entries()) assert.equal(question, `q${i >> 1}`)
  await assert.rejects(collectAnswers(crowd(), questions, { file, overlap: 4 }), ConfigError)
})

test('asked in portions, each brings the answers to its own questions, and annotators take turns across them', async (t) => {
  const file = temporaryFile(t, 'answers.jsonl')
  const answers: Answer[] = []
  for (let askedBefore = 0; askedBefore < 30; askedBefore += 2) {
    const portion = questions.slice(askedBefore, askedBefore + 2)
    answers.push(...(await collectAnswers(crowd(), portion, { file, overlap: 1, askedBefore })))
  }
  assert.deepEqual(
    answers.map(({ question }) => question),
    questions.slice(0, 30).map(({ id }) => id),
  )
  assert.deepEqual(
    answers,
    await collectAnswers(crowd(), questions.slice(0, 30), { file: `${file}.whole`, overlap: 1 }),
  )
})

test('stopped or killed anywhere and resumed, a collection ends with the answers of an undisturbed one', async (t) => {
  const asked = questions.slice(0, 20)
  const options = { neverRate: 0.1, skipRate: 0.1 }
  const file = temporaryFile(t, 'answers.jsonl')
  const expected = await collectAnswers(crowd(options), asked, { file, overlap: 2 })
  for (const after of [1, 7, 20]) {
    fs.rmSync(file)
    let left = after
    const stop = async () => {
      if (--left === 0) throw new Error('stopped')
    }
    await assert.rejects(collectAnswers(crowd(options), asked, { file, overlap: 2, stop }), /stopped/)
    assert.equal(readAnswers(file).length, after)
    fs.truncateSync(file, fs.statSync(file).size - 5)
    assert.deepEqual(await collectAnswers(crowd(options), asked, { file, overlap: 2 }), expected)
  }
  let asks = 0
  const counted = crowd({ annotators: 2 }).map((member) => ({
    ...member,
    answer: (batch: readonly Question[]) => {
      asks += batch.length
      return member.answer(batch)
    },
  }))
  fs.rmSync(file)
  await collectAnswers(counted, asked, { file, overlap: 2 })
  await collectAnswers(counted, asked, { file, overlap: 2 })
  assert.equal(asks, 40, 'what was answered is not asked again')
})

test('an annotator who never answers, and one who fails, leave the answers of the others', async (t) => {
  const silent: Annotator = { name: 'silent', async *answer() {} }
  const file = temporaryFile(t, 'answers.jsonl')
  const asked = questions.slice(0, 10)
  assert.equal((await collectAnswers([perfectOracle(truth), silent], asked, { file, overlap: 2 })).length, 10)
  const failing: Annotator = {
    name: 'failing',
    answer: async function* () {
      yield answer('q0', 'cat', 'failing')
      throw new Error('gone')
    },
  }
  await assert.rejects(collectAnswers([perfectOracle(truth), failing], asked, { file, overlap: 2 }), /gone/)
  assert.equal(readAnswers(file).length, 11)
})

test('who stays silent is waited for until the signal; then the collection ends with what came', async (t) => {
  const silent: Annotator = { name: 'silent', answer: () => ({ [Symbol.asyncIterator]: () => forever }) }
  const forever = { next: () => new Promise<never>(() => {}) }
  const file = temporaryFile(t, 'answers.jsonl')
  const asked = questions.slice(0, 10)
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort(), 50)
  t.after(() => clearTimeout(timer))
  const options = { file, overlap: 2, until: ending.signal }
  assert.equal((await collectAnswers([perfectOracle(truth), silent], asked, options)).length, 10)
  assert.equal(ending.signal.aborted, true)
})

test('names that show as nothing, turn the writing round or stand for no class are refused', () => {
  for (const name of [
    '\u200b',
    ' \u2003',
    'cat\u200b',
    'a\u202eb',
    '\ud800',
    'ｕｎｋｎｏｗｎ',
    '(known)',
    '(not-an-object)',
  ]) {
    const { accepted, problems } = checkAnswers([answer('q', name)], { asked: new Set(['q']), knownClasses })
    assert.deepEqual([accepted.length, problems.length], [0, 1], JSON.stringify(name))
  }
  for (const name of ['crane (bird)', 'château', '犬', 'می‌خواهم']) {
    const { problems } = checkAnswers([answer('q', name)], { asked: new Set(['q']), knownClasses })
    assert.deepEqual(problems, [], name)
  }
})

test('answers are checked: what can be used is used, and everything else is listed', () => {
  const given: Answer[] = [
    answer('q1', ' Snow_Leopard '),
    answer('q1', 'CAT', 'bob'),
    answer('q2', 'cat'),
    answer('q2', 'cat'),
    answer('q3', 'dog'),
    answer('q3', 'cow'),
    answer('q9', 'cat'),
    answer('q4', 'Unknown'),
    answer('q4', '  ', 'bob'),
    answer('q4', 'a\u0000b', 'eve'),
    answer('q4', 'x'.repeat(201), 'joe'),
    { kind: 'skip', question: 'q5', annotator: 'ann' },
  ]
  const { accepted, problems } = checkAnswers(given, {
    asked: new Set(['q1', 'q2', 'q3', 'q4', 'q5']),
    knownClasses,
  })
  assert.deepEqual(accepted, [
    answer('q1', 'Snow_Leopard'),
    answer('q1', 'cat', 'bob'),
    answer('q2', 'cat'),
    answer('q3', 'cow'),
    { kind: 'skip', question: 'q5', annotator: 'ann' },
  ])
  const found = problems.map(({ problem }) => problem).join('\n')
  for (const pattern of [
    /"CAT" is the known class "cat"; corrected/,
    /counted once/,
    /says "dog", later "cow"/,
  ])
    assert.match(found, pattern)
  for (const pattern of [
    /never asked/,
    /"Unknown" names no class/,
    /blanks/,
    /control characters/,
    /201 characters/,
  ])
    assert.match(found, pattern)
  assert.equal(problems.length, 8)
})

test('checking throws for no content, and checking twice changes nothing more', () => {
  const any = fc.record({
    kind: fc.constant('class' as const),
    name: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('Cat', 'unknown', '__proto__')),
    question: fc.constantFrom('q1', 'q2', 'q3'),
    annotator: fc.constantFrom('ann', 'bob'),
  })
  fc.assert(
    fc.property(fc.array(any), (answers) => {
      const options = { asked: new Set(['q1', 'q2']), knownClasses }
      const { accepted } = checkAnswers(answers, options)
      assert.deepEqual(checkAnswers(accepted, options), { accepted, problems: [] })
    }),
  )
})
