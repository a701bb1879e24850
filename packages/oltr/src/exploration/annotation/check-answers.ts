// Answers as people give them: to questions that nobody asked, twice, against themselves, or with names that are none. What
// can be used is used; everything that was refused or corrected is listed, and nothing throws.

import { KNOWN, NOT_AN_OBJECT } from '../consensus/votes.ts'
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
// Words for the absence of a class, and what votes that name none are counted under.
const noClass = new Set(['unknown', KNOWN, NOT_AN_OBJECT].map(caseAndSpacing))
const visible = /[^\p{Z}\p{C}]/u
// Control characters, halves of surrogate pairs, line ends, and what turns the direction of writing or shows as nothing: two
// names that look alike would be two classes.
const misleading = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u

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
  if (!visible.test(name)) return 'names a class by nothing but blanks'
  if (noClass.has(caseAndSpacing(name))) return `"${name}" names no class`
  if (misleading.test(name)) return 'has control characters in the name of its class'
  if (name.length > longestName) return `has a name of ${name.length} characters, more than ${longestName}`
  return null
}

function said(answer: Answer): string {
  return answer.kind === 'class' ? `"${answer.name}"` : answer.kind
}
