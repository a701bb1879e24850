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
  const issue = error.issues[0]
  const keys = issue.path.map(String)
  const path = [root, ...keys].join('.')
  if (issue.code === 'unrecognized_keys') {
    const allowed = allowedKeys(schema, keys)
    const key = issue.keys[0]
    const near = nearestKey(key, allowed)
    const hint = near === undefined ? '' : `did you mean ${JSON.stringify(near)}? `
    const found = valueAt(value, [...keys, key])
    return new ConfigError(`${path}.${key}`, found, `unknown key, ${hint}allowed are ${allowed.join(', ')}`)
  }
  return new ConfigError(path, valueAt(value, keys), issue.message)
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

function allowedKeys(schema: z.ZodType, keys: readonly string[]): string[] {
  let at: z.ZodType = bare(schema)
  for (const key of keys) {
    if (!(at instanceof z.ZodObject) || !(key in at.shape)) return []
    at = bare(at.shape[key] as z.ZodType)
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

function bare(schema: z.ZodType): z.ZodType {
  let at = schema
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodNullable) {
    at = at.unwrap() as z.ZodType
  }
  return at
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  let at = value
  for (const key of keys) at = (at as Record<string, unknown> | undefined)?.[key]
  return at
}
