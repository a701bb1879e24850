// A simulated crowd: people who err, have several names for a new class, misspell, skip and fall silent. Every answer is a
// function of the seed, the annotator and the question alone, so that a resumed loop hears what an undisturbed one does.

import { explainConfig } from '../../datasets/config-explanation.ts'
import { KeyedRandom } from '../../datasets/generated/random.ts'
import { ConfigError } from '../../errors.ts'
import type { Annotator, Question, Verdict } from './annotator.ts'
import { type CrowdOptions, type CrowdOptionsInput, crowdSchema } from './crowd-options.ts'
import { namesOf, spellingVariant, textKey } from './invented-names.ts'

export { crowdSchema } from './crowd-options.ts'

export interface CrowdWorld {
  /** True class of an image. */
  readonly truth: (question: Question) => string
  readonly knownClasses: readonly string[]
  /** Every class that a wrong answer can name, known and new. */
  readonly allClasses: readonly string[]
}

/**
 * The members of a crowd, named `annotator-1` and on. Answers to a batch come in the order of drawn delays; nothing waits.
 * Throws ConfigError for options that are not allowed and for confusions with classes that do not exist.
 */
export function noisyCrowd(options: CrowdOptionsInput, world: CrowdWorld): Annotator[] {
  const checked = crowdSchema.safeParse(options)
  if (!checked.success) throw explainConfig(checked.error, crowdSchema, options, 'crowd')
  const existing = new Set(world.allClasses)
  for (const [from, others] of Object.entries(checked.data.confusions))
    for (const name of [from, ...Object.keys(others)])
      if (!existing.has(name))
        throw new ConfigError(`crowd.confusions.${from}`, name, 'names of existing classes are allowed')
  const known = new Set(world.knownClasses)
  return Array.from({ length: checked.data.annotators }, (_, index) =>
    member(index, checked.data, world, known),
  )
}

function member(
  index: number,
  options: CrowdOptions,
  world: CrowdWorld,
  known: ReadonlySet<string>,
): Annotator {
  const name = `annotator-${index + 1}`
  return {
    name,
    async *answer(questions) {
      const answers = questions.flatMap((question) => {
        const random = new KeyedRandom(options.seed, index, ...textKey(question.id))
        // Whether and when come first, so that they do not depend on what is said.
        const delay = -Math.log(1 - random.uniform(0, 1))
        const said = verdict(world.truth(question), random, { index, options, world, known })
        return said ? [{ delay, answer: { ...said, question: question.id, annotator: name } }] : []
      })
      for (const { answer } of answers.sort((a, b) => a.delay - b.delay)) yield answer
    },
  }
}

interface Speaker {
  readonly index: number
  readonly options: CrowdOptions
  readonly world: CrowdWorld
  readonly known: ReadonlySet<string>
}

/** What is said about an image of class `truth`; null: nothing, ever. */
function verdict(truth: string, random: KeyedRandom, speaker: Speaker): Verdict | null {
  const { options, known } = speaker
  const silent = weightedPick(
    [
      ['never', options.neverRate],
      ['skip', options.skipRate],
      ['unsure', options.unsureRate],
      ['not-an-object', options.notAnObjectRate],
    ] as const,
    random.uniform(0, 1),
  )
  if (silent !== null) return silent === 'never' ? null : { kind: silent }
  const meant = random.chance(options.errorRate) ? mistaken(truth, random, speaker) : truth
  if (!known.has(meant)) return { kind: 'class', name: newName(meant, random, speaker) }
  return random.chance(options.knownRate) ? { kind: 'known' } : { kind: 'class', name: meant }
}

/** Another class than the true one; the true one where there is no other. */
function mistaken(truth: string, random: KeyedRandom, { options, world }: Speaker): string {
  const confusions = Object.hasOwn(options.confusions, truth) ? options.confusions[truth] : {}
  const weighted = Object.entries(confusions).filter(([name, weight]) => name !== truth && weight > 0)
  if (weighted.length > 0) {
    const total = weighted.reduce((sum, [, weight]) => sum + weight, 0)
    return weightedPick(weighted, random.uniform(0, total)) ?? weighted[weighted.length - 1][0]
  }
  const others = world.allClasses.filter((name) => name !== truth)
  return others.length > 0 ? random.pick(others) : truth
}

function newName(className: string, random: KeyedRandom, { index, options }: Speaker): string {
  const names = namesOf(className, options.namesPerNewClass)
  const habit = new KeyedRandom(options.seed, index, ...textKey(className))
  const name = (options.nameHabit === 'per-annotator' ? habit : random).pick(names)
  return random.chance(options.spellingRate) ? spellingVariant(name, random) : name
}

/** The choice on whose stretch `point` lies when their weights are laid end to end; null behind the last. */
function weightedPick<T>(choices: readonly (readonly [T, number])[], point: number): T | null {
  let end = 0
  for (const [choice, weight] of choices) {
    end += weight
    if (point < end) return choice
  }
  return null
}
