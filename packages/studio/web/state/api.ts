// Calls to the server, typed by the contract that the server checks them against.

import { signal } from '@preact/signals'
import { paths, type RouteName } from '../../src/api/paths.ts'
import type { Problem, Response as Reply, Sent } from '../../src/api/schemas.ts'

/** The parts of a request that a route takes; those it does not take are absent. */
export type Input<Name extends RouteName> = {
  [Part in keyof Sent<Name> as Sent<Name>[Part] extends undefined ? never : Part]: Sent<Name>[Part]
}

/** What the server refused, or, with status 0, that it was not reached. */
export class CallError extends Error {
  readonly status: number
  readonly problem: Problem

  constructor(status: number, problem: Problem) {
    super(problem.message)
    this.name = 'CallError'
    this.status = status
    this.problem = problem
  }

  /** Whether the same request can succeed later as it is: no connection, too many requests, a server in trouble. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

/** True once the server no longer knows this session. */
export const signedOut = signal(false)

/** True while the server, or the network on the way to it, does not answer. */
export const unreachable = signal(false)

/** What a proxy says of a server that it does not reach. */
const AWAY = [502, 503, 504]
const PATIENCE_MS = 30_000

interface Parts {
  readonly params?: Record<string, string>
  readonly query?: Record<string, unknown>
  readonly body?: unknown
}

/** The address of a route with its parameters and query filled in. */
export function addressOf(name: RouteName, { params = {}, query = {} }: Parts = {}): string {
  const path = paths[name].path.replace(/:([a-z]+)/g, (_, key: string) =>
    encodeURIComponent(params[key] ?? ''),
  )
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value))
  return search.size > 0 ? `${path}?${search}` : path
}

/** Asks the server; throws a CallError for every answer that is not the route's response. */
export async function call<Name extends RouteName>(
  name: Name,
  ...[input]: keyof Input<Name> extends never ? [] : [input: Input<Name>]
): Promise<Reply<Name>> {
  const parts = (input ?? {}) as Parts
  return request<Reply<Name>>(addressOf(name, parts), {
    method: paths[name].method,
    ...(parts.body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(parts.body),
    }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
}

/** Sends a file, as a form, with all the time it takes. */
export async function sendFile(format: Input<'importData'>['query']['format'], file: File) {
  const form = new FormData()
  form.set('file', file)
  const address = addressOf('importData', { query: { format } })
  return request<Reply<'importData'>>(address, { method: paths.importData.method, body: form })
}

async function request<Result>(address: string, init: RequestInit): Promise<Result> {
  let reply: globalThis.Response
  try {
    reply = await fetch(address, { ...init, credentials: 'same-origin' })
  } catch {
    unreachable.value = true
    throw new CallError(0, { error: 'offline', message: 'The server does not answer. Is it still running?' })
  }
  unreachable.value = AWAY.includes(reply.status)
  if (reply.ok) return (await reply.json()) as Result
  if (reply.status === 401) signedOut.value = true
  throw new CallError(reply.status, await problemOf(reply))
}

async function problemOf(reply: globalThis.Response): Promise<Problem> {
  try {
    const problem = (await reply.json()) as Partial<Problem>
    if (typeof problem.message === 'string') return { error: String(problem.error), message: problem.message }
  } catch {
    // Not from our server, perhaps from a proxy before it: the status is all there is to say.
  }
  return { error: 'unexpected', message: `The server answered ${reply.status}.` }
}

/** What went wrong, as a person reads it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function imageAddress(image: string, size: 'small' | 'whole' = 'whole'): string {
  return addressOf('image', { params: { image }, query: { size } })
}
