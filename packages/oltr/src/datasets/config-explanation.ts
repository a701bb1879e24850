// Turns the first issue of a failed schema check into one ConfigError: the path as a person writes it, what is allowed
// there, and for an unknown key the allowed key that is spelt most like it.

import { z } from 'zod'
import { ConfigError } from '../errors.ts'

/** The error for the first issue of `error`; `root` names the configuration in the path (`data.longTail.seed`). */
export function explainConfig(
  error: z.ZodError,
  schema: z.ZodType,
  value: unknown,
  root: string,
): ConfigError {
  const issue = clearest(error.issues, [])
  const keys = issue.path.map(String)
  const path = [root, ...keys].filter((part) => part !== '').join('.')
  if (issue.code === 'unrecognized_keys') {
    const allowed = allowedKeys(schema, keys, value)
    const key = issue.keys[0]
    const near = nearestKey(key, allowed)
    const hint = near === undefined ? '' : `did you mean ${JSON.stringify(near)}? `
    const found = valueAt(value, [...keys, key])
    const full = path === '' ? key : `${path}.${key}`
    return new ConfigError(full, found, `unknown key, ${hint}allowed are ${allowed.join(', ')}`)
  }
  return new ConfigError(path, valueAt(value, keys), plain(issue.message))
}

type Issue = z.core.$ZodIssue

/** What is allowed, without the value that came: ConfigError adds it. */
function plain(message: string): string {
  return message.replace(/^Invalid (input|option): /, '').replace(/, received [^;]*/g, '')
}

/** An unknown key, else the first issue: a misspelt key is why another one is missing. For a union, that of the alternative which
 * went furthest before it failed. */
function clearest(issues: readonly Issue[], prefix: readonly PropertyKey[]): Issue {
  const first = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  const issue = { ...first, path: [...prefix, ...first.path] }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue
  const inside = issue.errors.filter((own) => own.length > 0).map((own) => clearest(own, issue.path))
  const deepest = inside.reduce((best, one) => (one.path.length > best.path.length ? one : best), inside[0])
  if (deepest && (deepest.path.length > issue.path.length || deepest.code === 'unrecognized_keys'))
    return deepest
  return { ...issue, message: inside.map((one) => one.message).join('; or: ') || issue.message }
}

/** The allowed key with the fewest edits from `key`, where that is close enough to be a slip; else undefined. */
export function nearestKey(key: string, allowed: readonly string[]): string | undefined {
  let best: string | undefined
  let fewest = Math.max(2, Math.ceil(key.length / 2)) + 1
  for (const candidate of allowed) {
    const edits = editDistance(key.toLowerCase(), candidate.toLowerCase())
    if (edits < fewest) {
      fewest = edits
      best = candidate
    }
  }
  return best
}

/** Levenshtein distance: insertions, deletions and substitutions of one character. */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const substituted = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, row[j] + 1, next[j - 1] + 1))
    }
    row = next
  }
  return row[to.length]
}

function allowedKeys(schema: z.ZodType, keys: readonly string[], value: unknown): string[] {
  let objects = objectsOf(schema, value)
  let at = value
  for (const key of keys) {
    at = valueAt(at, [key])
    objects = objects.flatMap(({ shape }) => (key in shape ? objectsOf(shape[key] as z.ZodType, at) : []))
  }
  return [...new Set(objects.flatMap((object) => Object.keys(object.shape)))]
}

/** The object schemas a value at this place may follow: of a union, those whose literals agree with the value. */
function objectsOf(schema: z.ZodType, value: unknown): z.ZodObject[] {
  let at = schema
  while (
    at instanceof z.ZodOptional ||
    at instanceof z.ZodDefault ||
    at instanceof z.ZodPrefault ||
    at instanceof z.ZodNullable
  ) {
    at = at.unwrap() as z.ZodType
  }
  if (at instanceof z.ZodObject) return [at]
  if (!(at instanceof z.ZodUnion)) return []
  const objects = at.options.flatMap((option) => objectsOf(option as z.ZodType, value))
  const agreeing = objects.filter(({ shape }) =>
    Object.entries(shape).every(
      ([key, field]) => !(field instanceof z.ZodLiteral) || field.safeParse(valueAt(value, [key])).success,
    ),
  )
  return agreeing.length > 0 ? agreeing : objects
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  let at = value
  for (const key of keys) at = (at as Record<string, unknown> | null | undefined)?.[key]
  return at
}
