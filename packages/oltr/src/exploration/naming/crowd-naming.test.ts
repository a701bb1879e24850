import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Answer, Question } from '../annotation/annotator.ts'
import { checkAnswers } from '../annotation/check-answers.ts'
import type { CrowdOptionsInput } from '../annotation/crowd-options.ts'
import { namesOf } from '../annotation/invented-names.ts'
import { noisyCrowd } from '../annotation/noisy-crowd.ts'
import { type ConsensusMethod, reachConsensus } from '../consensus/consensus.ts'
import { decideMerges } from './decide-merges.ts'
import { mergeCandidates } from './merge-candidates.ts'
import { NameDecisions } from './name-decisions.ts'
import { spellingDistance, spellingKey } from './spelling.ts'

const knownClasses = Array.from(
  { length: 80 },
  (_, i) => `known class ${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`,
)
// biome-ignore format: a list
const newClasses = [
  'otter', 'snow leopard', 'tractor', 'lighthouse', 'sunflower', 'accordion', 'pineapple', 'jellyfish', 'typewriter', 'cactus',
  'hedgehog', 'trolley bus', 'violin', 'dragonfly', 'mushroom', 'windmill', 'kangaroo', 'teapot', 'volcano', 'zebra',
]

interface Figures {
  /** Of the images with a class. */
  readonly decidedRight: number
  /** Of all images of new classes. */
  readonly right: number
  /** The same, had every name been joined as it should. */
  readonly rightWithTrueNames: number
  readonly wrongMerges: number
  /** Names used at least three times that did not reach their class. */
  readonly left: number
}

async function simulate(
  options: CrowdOptionsInput,
  perClass: number,
  method: ConsensusMethod = 'majority',
): Promise<Figures> {
  const allClasses = [...knownClasses, ...newClasses]
  const truth = new Map<string, string>()
  const questions: Question[] = allClasses.flatMap((name) =>
    Array.from({ length: perClass }, (_, i) => {
      truth.set(`${name}/${i}`, name)
      return { id: `${name}/${i}`, image: '', guesses: [] }
    }),
  )
  const crowd = noisyCrowd(options, { truth: ({ id }) => truth.get(id)!, knownClasses, allClasses })
  const answers: Answer[] = []
  for (const annotator of crowd) for await (const answer of annotator.answer(questions)) answers.push(answer)

  const { accepted } = checkAnswers(answers, { asked: new Set(truth.keys()), knownClasses })
  const decisions = new NameDecisions()
  for (const { from, into, evidence } of decideMerges(mergeCandidates({ answers: accepted, knownClasses })))
    decisions.merge(from, into, { by: 'automatic', reason: evidence[0].text })

  const meaning = new Map(
    [...knownClasses, ...newClasses].flatMap((name) =>
      (knownClasses.includes(name) ? [name] : namesOf(name, 3)).map((own): [string, string] => [
        spellingKey(own),
        name,
      ]),
    ),
  )
  const slips = new Map<string, string>()
  for (const name of new Set(accepted.flatMap((a) => (a.kind === 'class' ? [a.name] : [])))) {
    const key = spellingKey(name)
    // A slip in a plural, or the plural of a word that ends like one, is two edits from the name; names are many more apart.
    const near = meaning.has(key) ? key : [...meaning.keys()].find((own) => spellingDistance(own, key) <= 2)
    if (near !== undefined) slips.set(name, meaning.get(near)!)
  }
  const trueClass = (name: string): string => slips.get(name) ?? name
  const renamed = accepted.map((a) => (a.kind === 'class' ? { ...a, name: decisions.resolve(a.name) } : a))
  const ideal = accepted.map((a) => (a.kind === 'class' ? { ...a, name: trueClass(a.name) } : a))
  const judge = (given: readonly Answer[]) => {
    let [right, decided, asked] = [0, 0, 0]
    for (const [id, { outcome }] of reachConsensus(given, { method })) {
      if (knownClasses.includes(truth.get(id)!)) continue
      asked++
      if (outcome.kind !== 'class') continue
      decided++
      if (trueClass(outcome.name) === truth.get(id)) right++
    }
    return { right: right / asked, decidedRight: right / decided }
  }
  const counts = new Map<string, number>()
  for (const a of accepted) if (a.kind === 'class') counts.set(a.name, (counts.get(a.name) ?? 0) + 1)
  const canonical = new Map<string, string>()
  for (const name of newClasses) {
    const most = namesOf(name, 3).sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))[0]
    canonical.set(name, decisions.resolve(most))
  }
  return {
    ...judge(renamed),
    rightWithTrueNames: judge(ideal).right,
    wrongMerges: decisions.inForce.filter(({ from, into }) => {
      return trueClass(from) !== trueClass(into)
    }).length,
    left: [...counts].filter(([name, n]) => {
      const own = trueClass(name)
      return n >= 3 && !knownClasses.includes(own) && decisions.resolve(name) !== canonical.get(own)
    }).length,
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

function report(t: TestContext, what: string, f: Figures): void {
  t.diagnostic(
    `${what}: ${percent(f.decidedRight)} of the images with a class are right, ${percent(f.right)} of all ` +
      `(${percent(f.rightWithTrueNames)} with true names), ${f.wrongMerges} wrong merges, ${f.left} names left`,
  )
}

// Of three people who are right four times in five, two or more are right on 89.6 % of the images: more cannot be had from a
// majority, whatever is done about names. What naming may cost is measured against that.
for (const nameHabit of ['per-annotator', 'per-answer'] as const) {
  test(`names of 20 new classes find together, no two classes do: ${nameHabit}`, async (t) => {
    for (const seed of [0, 1, 2]) {
      const figures = await simulate({ seed, nameHabit }, 30)
      report(t, `seed ${seed}`, figures)
      assert.equal(figures.wrongMerges, 0)
      assert.ok(figures.left <= 2)
      assert.ok(figures.decidedRight > 0.98)
      assert.ok(figures.right > figures.rightWithTrueNames - 0.02)
    }
  })

  test(`Dawid and Skene name nine in ten images of new classes rightly, a majority fewer: ${nameHabit}`, async (t) => {
    for (const seed of [0, 1]) {
      const majority = await simulate({ seed, nameHabit }, 30)
      const weighed = await simulate({ seed, nameHabit }, 30, 'dawid-skene')
      report(t, `seed ${seed}, majority`, majority)
      report(t, `seed ${seed}, Dawid-Skene`, weighed)
      assert.ok(weighed.right > majority.right)
      assert.ok(weighed.right > 0.9)
    }
  })
}

test('many spellings cost little: three in ten names of new classes in another one', async (t) => {
  for (const seed of [0, 1]) {
    const figures = await simulate({ seed, spellingRate: 0.3 }, 30)
    report(t, `seed ${seed}`, figures)
    assert.equal(figures.wrongMerges, 0)
    assert.ok(figures.right > figures.rightWithTrueNames - 0.04)
  }
})

test('few images per class join fewer names, but no two classes', async (t) => {
  for (const seed of [0, 1, 2]) {
    const figures = await simulate({ seed }, 10)
    report(t, `seed ${seed}`, figures)
    assert.equal(figures.wrongMerges, 0)
    assert.ok(figures.decidedRight > 0.95)
  }
})
