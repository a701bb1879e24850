// Who is let in, before any handler runs: the address that was asked for, where the request comes from, whose session it is,
// and what their role may do. Everything that is not allowed is refused.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { ROLES, type Role } from '../api/paths.ts'
import type { Person } from '../api/schemas.ts'
import { personOf } from '../store/people.ts'
import type { Store } from '../store/store.ts'

export const SESSION_COOKIE = 'oltr_studio'

declare module 'fastify' {
  interface FastifyRequest {
    person: Person | null
  }
}

/** Refused with a status; the message is for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Images that a browser keeps are for a session: what it has of them goes with that. */
export function leaveNothing(reply: FastifyReply): void {
  reply.header('clear-site-data', '"cache"')
}

/**
 * The name by which the server was asked for must be one of its own (a foreign page may have bent a name of its own to this
 * address), and what changes anything must come from a page of this server.
 */
export function checkOrigin(request: FastifyRequest, hosts: ReadonlySet<string>): void {
  const host = hostName(request.headers.host)
  if (host === null || !hosts.has(host))
    throw new Refusal(
      403,
      `this server is not called ${String(request.headers.host)}: start it with --host to allow that name`,
    )
  if (request.method === 'GET' || request.method === 'HEAD') return
  const { origin } = request.headers
  if (origin !== undefined && !sameHost(origin, request.headers.host))
    throw new Refusal(403, 'this request comes from another site')
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new Refusal(403, 'this request comes from another site')
}

function hostName(header: string | undefined): string | null {
  return header === undefined
    ? null
    : (/^(\[[0-9a-f:]+\]|[^:]+)(:\d+)?$/i.exec(header)?.[1]?.toLowerCase() ?? null)
}

function sameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}

export async function checkRole(
  store: Store,
  request: FastifyRequest,
  reply: FastifyReply,
  needed: Role | 'public',
): Promise<void> {
  request.person = null
  if (needed === 'public') return
  const session = request.cookies[SESSION_COOKIE]
  const person = session === undefined ? null : await personOf(store, session)
  if (person === null) {
    if (session !== undefined) leaveNothing(reply)
    throw new Refusal(401, 'open the link that you were given')
  }
  if (ROLES.indexOf(person.role) < ROLES.indexOf(needed))
    throw new Refusal(403, `this is for the ${needed}; you are ${person.role}`)
  request.person = person
}
