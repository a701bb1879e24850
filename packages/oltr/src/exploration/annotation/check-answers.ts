// Answers as people give them: to questions that nobody asked, twice, against themselves, or with names that are none. What
// can be used is used; everything that was refused or corrected is listed, and nothing throws.

import { caseAndSpacing } from '../naming/spelling.ts'
import type { Answer } from './annotator.ts'

export interface CheckOptions {
  /** `Question.id` of every question. */
  readonly asked: ReadonlySet<string>
  readonly knownClasses: readonly string[]
}

export interface CheckedAnswers {
  /** At most one per question and annotator, in the order they came. */
  readonly accepted: Answer[]
  /** One sentence about each answer that was refused or corrected. */
  readonly problems: { readonly answer: Answer; readonly problem: string }[]
}

const longestName = 200

export function checkAnswers(
  answers: readonly Answer[],
  { asked, knownClasses }: CheckOptions,
): CheckedAnswers {
  const known = new Set(knownClasses)
  const spelt = Map.groupBy(known, caseAndSpacing)
  const problems: CheckedAnswers['problems'] = []
  const given = new Map<string, { answer: Answer; usable: Answer }>()
  for (const answer of answers) {
    const refusal = asked.has(answer.question) ? badName(answer) : 'answers a question that was never asked'
    if (refusal !== null) {
      problems.push({ answer, problem: `${refusal}; left out` })
      continue
    }
    let usable = answer
    if (answer.kind === 'class' && !known.has(answer.name)) {
      const same = spelt.get(caseAndSpacing(answer.name)) ?? []
      if (same.length === 1) {
        usable = { ...answer, name: same[0] }
        problems.push({ answer, problem: `"${answer.name}" is the known class "${same[0]}"; corrected` })
      } else {
        usable = { ...answer, name: answer.name.trim() }
      }
    }
    const key = JSON.stringify([answer.question, answer.annotator])
    const earlier = given.get(key)
    if (earlier && said(earlier.usable) === said(usable)) {
      problems.push({ answer, problem: `says ${said(usable)} once more; counted once` })
      continue
    }
    if (earlier) {
      const problem = `says ${said(earlier.usable)}, later ${said(usable)}; the last answer counts`
      problems.push({ answer: earlier.answer, problem })
    }
    given.set(key, { answer, usable })
  }
  return { accepted: [...given.values()].map(({ usable }) => usable), problems }
}

/** Why an answer's class name cannot be used; null where it can. */
function badName(answer: Answer): string | null {
  if (answer.kind !== 'class') return null
  const { name } = answer
  if (name.trim() === '') return 'names a class by nothing but blanks'
  if (name.trim().toLowerCase() === 'unknown') return `"${name}" names no class`
  if (/\p{Cc}/u.test(name)) return 'has control characters in the name of its class'
  if (name.length > longestName) return `has a name of ${name.length} characters, more than ${longestName}`
  return null
}

function said(answer: Answer): string {
  return answer.kind === 'class' ? `"${answer.name}"` : answer.kind
}
