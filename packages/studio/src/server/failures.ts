// From errors to statuses and sentences. What is not foreseen is told as such, without its inside.

import { ConfigError, DataError } from 'oltr/exploration'
import type { Problem } from '../api/schemas.ts'
import { ClassChangeError } from '../classes/class-registry.ts'
import { FormatError } from '../formats/format-error.ts'
import { RefusedError, StoreDamagedError, StoreFullError } from '../store/errors.ts'
import { Refusal } from './guards.ts'

const REFUSALS: Readonly<Record<number, string>> = { 401: 'no-session', 429: 'too-often' }
const STATUSES = { invalid: 400, forbidden: 403, missing: 404, conflict: 409 } as const

export function statusOf(error: unknown): { status: number; body: Problem } {
  const { message } = error as Error
  const as = (status: number, name: string, text = message) => ({
    status,
    body: { error: name, message: text },
  })
  if (error instanceof RefusedError) return as(STATUSES[error.reason], error.reason)
  if (error instanceof Refusal) return as(error.status, REFUSALS[error.status] ?? 'forbidden')
  if (error instanceof ClassChangeError) return as(409, 'conflict')
  if (error instanceof FormatError || error instanceof ConfigError || error instanceof DataError)
    return as(400, 'invalid')
  if (error instanceof StoreFullError)
    return as(507, 'full', 'the disk is full: nothing was kept; free some space, then go on')
  if (error instanceof StoreDamagedError) return as(500, 'damaged')
  const { statusCode, validation } = error as { statusCode?: number; validation?: unknown }
  if (validation) return as(400, 'invalid')
  if (statusCode === 429) return as(429, 'too-often', 'too many requests: wait a minute')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return as(statusCode, 'invalid')
  return as(500, 'failed', 'something went wrong here; the log says what')
}
